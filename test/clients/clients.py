"""What other clients do with a local mesh, told as JSON: python3 clients.py <story>.

Every client is made as its users make it: with nothing but the environment that `weft local env` prints.
"""

import csv
import io
import json
import os
import sys
import tempfile
import time
import uuid

import boto3
from boto3.s3.transfer import TransferConfig
from botocore.exceptions import ClientError

AIRPORTS = "airport_reference__airports__v1"
STRIKES = "wildlife_safety__bird_strikes__v1"
WORKGROUP = os.environ.get("WORKGROUP", "aviation-analytics")


def refused(call, **arguments):
    """The code of AWS's error, or None when the call went through."""
    try:
        call(**arguments)
    except ClientError as error:
        return error.response["Error"]["Code"]
    return None


def run(athena, sql, **more):
    """A query from start to end, as every Athena client runs it."""
    query = athena.start_query_execution(
        QueryString=sql, WorkGroup=WORKGROUP, ClientRequestToken=str(uuid.uuid4()), **more
    )["QueryExecutionId"]
    while True:
        execution = athena.get_query_execution(QueryExecutionId=query)["QueryExecution"]
        if execution["Status"]["State"] in ("SUCCEEDED", "FAILED", "CANCELLED"):
            return execution
        time.sleep(0.05)


def outcome(execution):
    status = execution["Status"]
    return {"state": status["State"], "reason": status.get("StateChangeReason")}


def cells(rows):
    return [[cell.get("VarCharValue") for cell in row["Data"]] for row in rows]


def answer(athena, sql, **more):
    """The rows of a query without its header."""
    execution = run(athena, sql, **more)
    if execution["Status"]["State"] != "SUCCEEDED":
        return outcome(execution)
    pages = athena.get_paginator("get_query_results").paginate(QueryExecutionId=execution["QueryExecutionId"])
    return cells([row for page in pages for row in page["ResultSet"]["Rows"]])[1:]


def object_of(location):
    bucket, key = location.removeprefix("s3://").split("/", 1)
    return {"Bucket": bucket, "Key": key}


def catalog():
    """The Glue catalog as the caller sees it."""
    glue = boto3.client("glue")
    seen = {}
    for page in glue.get_paginator("get_databases").paginate():
        for database in page["DatabaseList"]:
            tables = glue.get_paginator("get_tables").paginate(DatabaseName=database["Name"])
            seen[database["Name"]] = {
                table["Name"]: [column["Name"] for column in table["StorageDescriptor"]["Columns"]]
                for page in tables
                for table in page["TableList"]
            }
    return {
        "identity": boto3.client("sts").get_caller_identity()["Arn"],
        "seen": seen,
        "ungranted": refused(glue.get_table, DatabaseName="flight_operations", Name="flights"),
        "central": refused(glue.get_table, CatalogId="210000000001", DatabaseName=STRIKES, Name="other"),
        "create": refused(
            glue.create_table, DatabaseName=AIRPORTS, TableInput={"Name": "mine", "StorageDescriptor": {}}
        ),
        "search": sorted(table["Name"] for table in glue.search_tables(SearchText="airports")["TableList"]),
    }


def results():
    """What a DB-API driver such as PyAthena does: metadata by Athena, results by pages or from the file."""
    athena, s3 = boto3.client("athena"), boto3.client("s3")
    sql = f"SELECT iata, name, latitude, CAST(NULL AS integer) AS nothing FROM {AIRPORTS}.airports ORDER BY iata"
    execution = run(athena, sql)
    pages = []
    token = None
    while True:
        more = {"NextToken": token} if token else {}
        page = athena.get_query_results(QueryExecutionId=execution["QueryExecutionId"], MaxResults=1000, **more)
        pages.append(page)
        token = page.get("NextToken")
        if token is None:
            break
    location = execution["ResultConfiguration"]["OutputLocation"]
    whole = s3.get_object(**object_of(location))["Body"].read()
    head = s3.head_object(**object_of(location))
    part = s3.get_object(Range="bytes=0-5", **object_of(location))
    database = athena.get_paginator("list_databases").paginate(CatalogName="AwsDataCatalog")
    tables = athena.get_paginator("list_table_metadata").paginate(CatalogName="AwsDataCatalog", DatabaseName=AIRPORTS)
    table = athena.get_table_metadata(CatalogName="AwsDataCatalog", DatabaseName=AIRPORTS, TableName="airports")
    show = run(athena, f"SHOW TABLES IN {AIRPORTS}")
    shown = athena.get_query_results(QueryExecutionId=show["QueryExecutionId"])
    return {
        "statement": [execution["StatementType"], execution["SubstatementType"]],
        "submittedIsTime": hasattr(execution["Status"]["SubmissionDateTime"], "isoformat"),
        "pages": [len(page["ResultSet"]["Rows"]) for page in pages],
        "first": cells(pages[0]["ResultSet"]["Rows"][:2]),
        "second": cells(pages[1]["ResultSet"]["Rows"][:1]),
        "columns": [[column["Name"], column["Type"]] for column in pages[0]["ResultSet"]["ResultSetMetadata"]["ColumnInfo"]],
        "file": {
            "suffix": location.rsplit("/", 1)[1] == execution["QueryExecutionId"] + ".csv",
            "rows": len(list(csv.reader(io.StringIO(whole.decode())))),
            "length": head["ContentLength"] == len(whole),
            "part": [part["Body"].read().decode(), part["ResponseMetadata"]["HTTPStatusCode"]],
        },
        "databases": [entry["Name"] for page in database for entry in page["DatabaseList"]],
        "tables": [entry["Name"] for page in tables for entry in page["TableMetadataList"]],
        "metadata": [[column["Name"], column["Type"]] for column in table["TableMetadata"]["Columns"]],
        "ddl": {
            "statement": show["StatementType"],
            "suffix": show["ResultConfiguration"]["OutputLocation"].rsplit(".", 1)[1],
            "rows": cells(shown["ResultSet"]["Rows"]),
        },
        "many": refused(athena.get_query_results, QueryExecutionId=execution["QueryExecutionId"], MaxResults=1001),
        "unknown": refused(athena.get_query_execution, QueryExecutionId=str(uuid.uuid4())),
        "parameters": answer(athena, f"SELECT name FROM {AIRPORTS}.airports WHERE iata = ?", ExecutionParameters=["'00M'"]),
        "batch": [
            entry["Status"]["State"]
            for entry in athena.batch_get_query_execution(QueryExecutionIds=[execution["QueryExecutionId"]])["QueryExecutions"]
        ],
    }


def dashboard():
    """What dashboards and wranglers ask first: Grafana's menus, awswrangler's workgroup, dbt's relations."""
    athena = boto3.client("athena")
    workgroup = athena.get_work_group(WorkGroup=WORKGROUP)["WorkGroup"]
    execution = run(athena, f"SELECT count(*) AS airports FROM {AIRPORTS}.airports")
    ctas = run(athena, f"CREATE TABLE {AIRPORTS}.mine WITH (format = 'PARQUET') AS SELECT 1 AS a")
    athena.create_prepared_statement(StatementName="one", WorkGroup=WORKGROUP, QueryStatement="SELECT ?")
    prepared = [entry["StatementName"] for entry in athena.list_prepared_statements(WorkGroup=WORKGROUP)["PreparedStatements"]]
    executed = answer(athena, "EXECUTE one USING 7")
    athena.delete_prepared_statement(StatementName="one", WorkGroup=WORKGROUP)
    named = athena.create_named_query(Name="n", Database=AIRPORTS, QueryString="SELECT 1", WorkGroup=WORKGROUP)
    kept = athena.get_named_query(NamedQueryId=named["NamedQueryId"])["NamedQuery"]["QueryString"]
    athena.delete_named_query(NamedQueryId=named["NamedQueryId"])
    return {
        "catalogs": [entry["CatalogName"] for entry in athena.list_data_catalogs()["DataCatalogsSummary"]],
        "catalog": athena.get_data_catalog(Name="AwsDataCatalog")["DataCatalog"]["Type"],
        "database": athena.get_database(CatalogName="AwsDataCatalog", DatabaseName=AIRPORTS)["Database"]["Name"],
        "workgroups": [entry["Name"] for entry in athena.list_work_groups()["WorkGroups"]],
        "enforced": workgroup["Configuration"]["EnforceWorkGroupConfiguration"],
        "output": workgroup["Configuration"]["ResultConfiguration"]["OutputLocation"].startswith("s3://"),
        "listed": execution["QueryExecutionId"] in athena.list_query_executions(WorkGroup=WORKGROUP)["QueryExecutionIds"],
        "rowsOut": athena.get_query_runtime_statistics(QueryExecutionId=execution["QueryExecutionId"])["QueryRuntimeStatistics"]["Rows"]["OutputRows"],
        "ctas": outcome(ctas),
        "prepared": prepared,
        "executed": executed,
        "named": kept,
        "otherWorkgroup": refused(athena.start_query_execution, QueryString="SELECT 1", WorkGroup="primary"),
        "ownOutput": outcome(
            run(athena, "SELECT 1", ResultConfiguration={"OutputLocation": "s3://elsewhere/"})
        )["state"],
    }


def withheld():
    """What must stay hidden: rows outside the filter, columns above the clearance, the files below the tables."""
    athena, s3, glue = boto3.client("athena"), boto3.client("s3"), boto3.client("glue")
    failed = run(athena, f"SELECT cost_total FROM {STRIKES}.bird_strikes")
    buckets = json.loads(os.environ["PRODUCT_OBJECTS"])
    return {
        "states": answer(athena, f"SELECT DISTINCT origin_state FROM {STRIKES}.bird_strikes ORDER BY 1"),
        "columns": [
            column["Name"]
            for column in glue.get_table(DatabaseName=STRIKES, Name="bird_strikes")["Table"]["StorageDescriptor"]["Columns"]
        ],
        "cost": outcome(failed),
        "costResults": refused(athena.get_query_results, QueryExecutionId=failed["QueryExecutionId"]),
        "get": [refused(s3.get_object, **object_of(location)) for location in buckets],
        "list": [refused(s3.list_objects_v2, Bucket=object_of(location)["Bucket"]) for location in buckets],
        "copy": refused(s3.copy_object, Bucket="somewhere", Key="x", CopySource=object_of(buckets[0])),
        "events": refused(
            boto3.client("events").put_events,
            Entries=[{"Source": "x", "DetailType": "y", "Detail": "{}", "EventBusName": "aviation-analytics"}],
        ),
        "registry": refused(boto3.client("dynamodb").list_tables),
        "grants": sorted(
            {
                entry["Principal"]["DataLakePrincipalIdentifier"]
                for entry in boto3.client("lakeformation").list_permissions()["PrincipalResourcePermissions"]
            }
        ),
    }


def stranger():
    """Somebody of the mesh without any subscription."""
    athena, glue = boto3.client("athena"), boto3.client("glue")
    return {
        "databases": [entry["Name"] for entry in glue.get_databases()["DatabaseList"]],
        "glue": refused(glue.get_tables, DatabaseName=AIRPORTS),
        "central": refused(glue.get_tables, CatalogId="210000000001", DatabaseName=AIRPORTS),
        "query": outcome(run(athena, f"SELECT * FROM {AIRPORTS}.airports")),
        "workgroup": refused(athena.get_work_group, WorkGroup="aviation-analytics"),
    }


def producer():
    """A producer's own bucket, in one part and in several, and its domain's bus."""
    s3, events, sqs = boto3.client("s3"), boto3.client("events"), boto3.client("sqs")
    own, other = os.environ["OWN_BUCKET"], os.environ["OTHER_BUCKET"]
    body = os.urandom(6 * 1024 * 1024)
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "data.bin")
        with open(path, "wb") as file:
            file.write(body)
        parts = TransferConfig(multipart_threshold=5 * 1024 * 1024, multipart_chunksize=5 * 1024 * 1024)
        s3.upload_file(path, own, "landing/parts/data.bin", Config=parts)
        s3.download_file(own, "landing/parts/data.bin", path + ".back", Config=parts)
        with open(path + ".back", "rb") as file:
            same = file.read() == body
    head = s3.head_object(Bucket=own, Key="landing/parts/data.bin")
    listed = s3.list_objects_v2(Bucket=own, Prefix="landing/parts/")
    s3.delete_objects(Bucket=own, Delete={"Objects": [{"Key": "landing/parts/data.bin"}]})
    entry = {"DetailType": "Landed", "Detail": "{}", "EventBusName": os.environ["OWN_BUS"]}
    return {
        "same": same,
        "multipart": head["ETag"].endswith('-2"'),
        "listed": [entry["Key"] for entry in listed["Contents"]],
        "left": s3.list_objects_v2(Bucket=own, Prefix="landing/parts/")["KeyCount"],
        "other": refused(s3.put_object, Bucket=other, Key="x", Body=b"x"),
        "head": refused(s3.head_object, Bucket=other, Key="x"),
        "sent": events.put_events(Entries=[{"Source": "flights.landing", **entry}])["FailedEntryCount"],
        "asDomain": refused(events.put_events, Entries=[{"Source": "weft.domain.flight-operations", **entry}]),
        "queues": refused(sqs.list_queues),
    }


STORIES = {
    "catalog": catalog,
    "results": results,
    "dashboard": dashboard,
    "withheld": withheld,
    "stranger": stranger,
    "producer": producer,
}

if __name__ == "__main__":
    print(json.dumps({story: STORIES[story]() for story in sys.argv[1:]}))
