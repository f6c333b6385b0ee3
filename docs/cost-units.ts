/** What makes a kind of resource cost something. */
export interface CostUnit {
  readonly service: string;
  /** What is counted. */
  readonly units: string;
  /** What of the mesh's use makes more of it. */
  readonly driver: string;
  /** AWS's own page that says what is counted. */
  readonly source: string;
}

const PRICING = 'https://aws.amazon.com';

/** By type of resource; `undefined` for those that AWS does not bill by themselves. */
export const COST_UNITS: Readonly<Record<string, CostUnit | undefined>> = {
  'AWS::ApiGateway::Account': undefined,
  'AWS::ApiGateway::Deployment': undefined,
  'AWS::ApiGateway::Method': undefined,
  'AWS::ApiGateway::Resource': undefined,
  'AWS::ApiGateway::RestApi': {
    service: 'API Gateway',
    units: 'requests, GB out to the internet',
    driver: 'commands of people and pipelines',
    source: `${PRICING}/api-gateway/pricing/`,
  },
  'AWS::ApiGateway::Stage': undefined,
  'AWS::Athena::NamedQuery': undefined,
  'AWS::Athena::WorkGroup': {
    service: 'Athena',
    units: 'bytes scanned',
    driver: 'queries; the workgroup cancels one that passes its cutoff',
    source: `${PRICING}/athena/pricing/`,
  },
  'AWS::CloudTrail::Trail': {
    service: 'CloudTrail',
    units: 'copies of management events beyond the first, data events',
    driver: 'reads of product data, where a trail keeps them',
    source: `${PRICING}/cloudtrail/pricing/`,
  },
  'AWS::CloudWatch::Alarm': {
    service: 'CloudWatch',
    units: 'alarm-months',
    driver: 'domains: each has the same number',
    source: `${PRICING}/cloudwatch/pricing/`,
  },
  'AWS::DynamoDB::Table': {
    service: 'DynamoDB',
    units: 'read and write request units, GB-months, backup GB-months, stream reads beyond those of Lambda',
    driver: 'commands, reconciles and reports; the sweep reads every product every 15 minutes',
    source: `${PRICING}/dynamodb/pricing/on-demand/`,
  },
  'AWS::Events::Archive': {
    service: 'EventBridge',
    units: 'GB archived, GB-months kept, events replayed',
    driver: 'events of products and domains',
    source: `${PRICING}/eventbridge/pricing/`,
  },
  'AWS::Events::EventBus': {
    service: 'EventBridge',
    units: 'events put, events sent to another account',
    driver: 'changes of products, subscriptions and catalogs; rows through event ports',
    source: `${PRICING}/eventbridge/pricing/`,
  },
  'AWS::Events::EventBusPolicy': undefined,
  'AWS::Events::Rule': undefined,
  'AWS::Glue::Connection': undefined,
  'AWS::Glue::Database': {
    service: 'Glue Data Catalog',
    units: 'objects stored beyond a free amount, requests beyond a free amount',
    driver: 'tables and partitions of products; reconciles',
    source: `${PRICING}/glue/pricing/`,
  },
  'AWS::Glue::Table': undefined,
  'AWS::IAM::ManagedPolicy': undefined,
  'AWS::IAM::Policy': undefined,
  'AWS::IAM::Role': undefined,
  'AWS::KMS::Alias': undefined,
  'AWS::KMS::Key': {
    service: 'KMS',
    units: 'key-months, requests; asymmetric requests are counted apart',
    driver: 'a fixed number for each domain; requests follow reads, writes and signatures',
    source: `${PRICING}/kms/pricing/`,
  },
  'AWS::Lambda::EventSourceMapping': undefined,
  'AWS::Lambda::Function': {
    service: 'Lambda',
    units: 'requests, GB-seconds',
    driver: 'commands, changes, reports, the sweep',
    source: `${PRICING}/lambda/pricing/`,
  },
  'AWS::Lambda::Permission': undefined,
  'AWS::LakeFormation::DataLakeSettings': undefined,
  'AWS::LakeFormation::PrincipalPermissions': undefined,
  'AWS::LakeFormation::Resource': undefined,
  'AWS::Logs::LogGroup': {
    service: 'CloudWatch Logs',
    units: 'GB written, GB-months kept',
    driver: 'runs of Lambdas; each log has an end of keeping',
    source: `${PRICING}/cloudwatch/pricing/`,
  },
  'AWS::S3::Bucket': {
    service: 'S3',
    units: 'GB-months, requests, GB out of the region',
    driver: 'product data of the domain, results of queries, the trail under Object Lock',
    source: `${PRICING}/s3/pricing/`,
  },
  'AWS::S3::BucketPolicy': undefined,
  'AWS::SQS::Queue': {
    service: 'SQS',
    units: 'requests, those that find nothing included',
    driver: 'changes and reports; Lambda asks each queue all the time',
    source: `${PRICING}/sqs/pricing/`,
  },
  'AWS::SQS::QueuePolicy': undefined,
  'AWS::SSM::Parameter': undefined,
  'AWS::Scheduler::Schedule': {
    service: 'EventBridge Scheduler',
    units: 'invocations beyond a free amount',
    driver: 'time alone',
    source: `${PRICING}/eventbridge/pricing/`,
  },
  'AWS::Scheduler::ScheduleGroup': undefined,
};
