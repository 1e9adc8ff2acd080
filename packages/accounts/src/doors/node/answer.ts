import type { ServerResponse } from 'node:http';
import type { AccountsHandler } from '../../http/createAccountsHandler.js';
import { sendResponse } from './sendResponse.js';
import { toConnection, type NodeRequest } from './toHead.js';
import { toRequest } from './toRequest.js';

/** Answers a request by a handler; resolves once the response is handed over. */
export async function answer(
  handler: AccountsHandler,
  req: NodeRequest,
  res: ServerResponse,
): Promise<void> {
  await sendResponse(res, await handler(toRequest(req), toConnection(req)));
}
