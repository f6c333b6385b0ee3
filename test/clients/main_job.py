"""The main job of a mesh with boto3 alone: python3 main_job.py < job.json, told as JSON.

The job holds what `weft local env` gave for each principal, the address of the API and the files of one product.
"""

import json
import sys
import time
import urllib.error
import urllib.request

import boto3
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.exceptions import ClientError

PATIENCE_SECONDS = 60


def session(environment):
    return boto3.Session(
        aws_access_key_id=environment["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=environment["AWS_SECRET_ACCESS_KEY"],
        aws_session_token=environment["AWS_SESSION_TOKEN"],
        region_name=environment["AWS_REGION"],
    )


class Principal:
    """One who works with the mesh, by keys and nothing else."""

    def __init__(self, job, name):
        self.environment = job["principals"][name]
        self.api_url = job["apiUrl"].rstrip("/")
        self.session = session(self.environment)

    def client(self, service):
        return self.session.client(service, endpoint_url=self.environment["AWS_ENDPOINT_URL"])

    def api(self, method, path, body=None):
        """Status and body of a call of the mesh's API, signed as botocore signs."""
        data = None if body is None else json.dumps(body).encode()
        headers = {} if body is None else {"content-type": "application/json"}
        request = AWSRequest(method=method, url=self.api_url + path, data=data, headers=headers)
        SigV4Auth(self.session.get_credentials(), "execute-api", self.environment["AWS_REGION"]).add_auth(request)
        call = urllib.request.Request(self.api_url + path, data=data, headers=dict(request.headers), method=method)
        try:
            with urllib.request.urlopen(call) as answer:
                return answer.status, json.loads(answer.read())
        except urllib.error.HTTPError as error:
            return error.code, json.loads(error.read())


def refused(call, **arguments):
    try:
        call(**arguments)
    except ClientError as error:
        return error.response["Error"]["Code"]
    return None


def wait(ask, until):
    """Asks until it is so; what was seen last otherwise."""
    deadline = time.time() + PATIENCE_SECONDS
    seen = ask()
    while not until(seen) and time.time() < deadline:
        time.sleep(0.2)
        seen = ask()
    return seen


def query(who, workgroup, sql):
    athena = who.client("athena")
    started = athena.start_query_execution(QueryString=sql, WorkGroup=workgroup)["QueryExecutionId"]
    ask = lambda: athena.get_query_execution(QueryExecutionId=started)["QueryExecution"]
    execution = wait(ask, lambda seen: seen["Status"]["State"] in ("SUCCEEDED", "FAILED", "CANCELLED"))
    if execution["Status"]["State"] != "SUCCEEDED":
        return {"state": execution["Status"]["State"], "reason": execution["Status"].get("StateChangeReason")}
    rows = athena.get_query_results(QueryExecutionId=started)["ResultSet"]["Rows"]
    bucket, key = execution["ResultConfiguration"]["OutputLocation"].removeprefix("s3://").split("/", 1)
    file = who.client("s3").get_object(Bucket=bucket, Key=key)["Body"].read().decode()
    return {"rows": [[cell.get("VarCharValue") for cell in row["Data"]] for row in rows[1:]], "file": file}


def main(job):
    producer, analyst = Principal(job, job["producer"]), Principal(job, job["analyst"])
    stranger, steward = Principal(job, job["stranger"]), Principal(job, job["steward"])
    told = {}

    # Data and a table of the domain's own, as before there was a mesh.
    with open(job["data"], "rb") as file:
        producer.client("s3").put_object(Bucket=job["bucket"], Key=job["key"], Body=file.read())
    producer.client("glue").create_table(DatabaseName=job["database"], TableInput=job["table"])

    told["published"] = producer.api("POST", "/products", job["product"])[0]
    told["notTheirs"] = stranger.api("POST", "/products", job["product"])[0]
    path = "/products/" + job["name"]
    registered = lambda answer: any(
        condition["type"] == "Registered" and condition["status"] == "true"
        for condition in answer[1].get("product", {}).get("status", {}).get("conditions", [])
    )
    told["registered"] = registered(wait(lambda: producer.api("GET", path), registered))
    told["before"] = query(analyst, job["workgroup"], job["sql"])

    status, answer = analyst.api("POST", "/subscriptions", {"product": job["name"], "purpose": "delay analysis"})
    told["asked"] = status
    subscription = "/subscriptions/" + answer["subscription"]["id"]
    state = lambda: analyst.api("GET", subscription)[1]["subscription"]["state"]
    told["granted"] = wait(state, lambda seen: seen == "active")
    told["during"] = query(analyst, job["workgroup"], job["sql"])
    listed = analyst.client("lakeformation").list_permissions()["PrincipalResourcePermissions"]
    told["permissions"] = sorted({permission for entry in listed for permission in entry["Permissions"]})
    told["principals"] = sorted({entry["Principal"]["DataLakePrincipalIdentifier"] for entry in listed})
    told["object"] = refused(analyst.client("s3").get_object, Bucket=job["bucket"], Key=job["key"])
    told["ownObject"] = producer.client("s3").head_object(Bucket=job["bucket"], Key=job["key"])["ContentLength"] > 0

    entry = {"Source": "airports.landing", "DetailType": "Landed", "Detail": "{}"}
    own = producer.client("events").put_events(Entries=[{**entry, "EventBusName": job["bus"]}])
    told["sent"] = own["FailedEntryCount"]
    told["foreignBus"] = refused(
        analyst.client("events").put_events, Entries=[{**entry, "EventBusName": job["bus"]}]
    )

    told["notTheirsToEnd"] = stranger.api("POST", subscription + "/revocation", {})[0]
    told["revoking"] = steward.api("POST", subscription + "/revocation", {"reason": "done"})[0]
    told["revoked"] = wait(state, lambda seen: seen == "revoked")
    told["after"] = query(analyst, job["workgroup"], job["sql"])
    tampered = Principal(job, job["analyst"])
    tampered.session = session({**tampered.environment, "AWS_SECRET_ACCESS_KEY": "another"})
    told["tampered"] = tampered.api("GET", path)[0]
    return told


if __name__ == "__main__":
    print(json.dumps(main(json.load(sys.stdin))))
