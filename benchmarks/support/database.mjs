// DynamoDB Local in a process of its own: prints its endpoint, and ends when its standard input does.
import { constants, setPriority } from 'node:os';
import { startDynamoDBLocal } from '@latchkey/entity/testing';

setPriority(constants.priority.PRIORITY_LOW);
const local = await startDynamoDBLocal();
console.log(local.endpoint);
process.stdin.on('end', () => local.stop()).resume();
