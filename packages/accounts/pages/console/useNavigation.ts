import { useEffect, useState } from 'preact/hooks';

const ACCOUNT = /^#account=([0-9A-Z]{26})$/;

/** Shows an account by its id, which is all of it that gets into the browser's history; or the start. */
export function navigate(accountId?: string): void {
  location.hash = accountId === undefined ? '' : `account=${accountId}`;
}

/** The id of the account that the address names; undefined at the start. */
export function useNavigation(): string | undefined {
  const [hash, setHash] = useState(location.hash);
  useEffect(() => {
    const onChange = (): void => setHash(location.hash);
    addEventListener('hashchange', onChange);
    return () => removeEventListener('hashchange', onChange);
  }, []);
  return ACCOUNT.exec(hash)?.[1];
}
