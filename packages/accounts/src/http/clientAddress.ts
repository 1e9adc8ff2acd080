import { AccountError } from '../errors/AccountError.js';
import type { HttpSettings } from './HttpOptions.js';
import type { Connection, RequestHead } from './RequestHead.js';

/** All clients whose address nobody knows share one count of attempts, under the unspecified address. */
const UNKNOWN = '::';
/** A port at the end, as CloudFront writes it after every address, without brackets. */
const PORT = /:\d{1,5}$/;

/**
 * The client's address, or the chain of addresses that ends with the connection's, as `requestIp`
 * takes it. A header is believed only as far as the application says: by its name, or by the
 * `trustedProxies` of its accounts, which take the rightmost address that is no trusted proxy's.
 *
 * @throws AccountError `InvalidInput` with the path `request.requestIp` for several addresses in a named
 *   header.
 */
export function clientAddress(
  { headers }: RequestHead,
  { remoteAddress = '' }: Connection,
  { clientAddressHeader }: Pick<HttpSettings, 'clientAddressHeader'>,
): string {
  if (clientAddressHeader !== undefined) {
    const value = (headers.get(clientAddressHeader) ?? '').trim();
    const isCloudFront = clientAddressHeader.toLowerCase() === 'cloudfront-viewer-address';
    const address = isCloudFront ? value.replace(PORT, '') : value;
    // Of several, the client itself may have sent any; `trustedProxies` are not for this header to count.
    if (address.includes(',')) throw notAnAddress();
    return address === '' ? UNKNOWN : address;
  }
  if (remoteAddress === '') return UNKNOWN;
  const forwarded = headers.get('x-forwarded-for') ?? '';
  return forwarded.trim() === '' ? remoteAddress : `${forwarded},${remoteAddress}`;
}

function notAnAddress(): AccountError<'InvalidInput'> {
  return new AccountError('InvalidInput', { path: 'request.requestIp', reason: 'notAnAddress' });
}
