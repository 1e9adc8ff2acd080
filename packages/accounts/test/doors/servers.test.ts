import { describeDoor } from './contract.js';
import { serveExpress, serveFastify, serveHono, serveNode } from './support/servers.js';

describeDoor('node:http', serveNode);
describeDoor('Express', serveExpress);
describeDoor('Fastify', serveFastify);
describeDoor('Hono', serveHono);
