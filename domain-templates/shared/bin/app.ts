import { App } from 'aws-cdk-lib';
import { DomainPipelineStack } from 'weft/domain';

const app = new App();
new DomainPipelineStack(app, 'Pipeline', { repository: '.' });
app.synth();
