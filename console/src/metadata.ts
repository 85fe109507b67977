import { useEffect, useState } from 'react';

/** What the server tells of the metadata that it serves. */
interface Status {
  state: 'current' | 'broken' | 'outdated';
  metadata: { hash: string };
  watching: boolean;
}

/** How often a server is asked whose packages are edited, and one whose packages seldom change. */
const EDITED = 2_000;
const SETTLED = 30_000;

/**
 * Which metadata are served, asked for again and again while the page is seen; what is wrong with the packages as they
 * are, if something is.
 */
export function useMetadata(): { hash: string; trouble: string | null } {
  const [status, setStatus] = useState<Status | null>(null);
  useEffect(() => {
    let timer: number | undefined;
    let gone = false;
    const ask = async () => {
      let next: Status | null = null;
      if (!document.hidden) {
        next = await fetch('/status', { headers: { accept: 'application/json' } })
          .then((answer) => (answer.ok ? (answer.json() as Promise<Status>) : null))
          .catch(() => null);
        if (gone) return;
        if (next) setStatus(next);
      }
      timer = window.setTimeout(ask, (next?.watching ?? true) ? EDITED : SETTLED);
    };
    void ask();
    return () => {
      gone = true;
      window.clearTimeout(timer);
    };
  }, []);
  const trouble = status && status.state !== 'current' ? TROUBLE[status.state] : null;
  return { hash: status?.metadata.hash ?? '', trouble };
}

const TROUBLE = {
  broken: 'The packages cannot be used as they are; those before are served. /status tells why.',
  outdated: 'Another server has changed the database; the packages of this one are older. /status tells more.',
};
