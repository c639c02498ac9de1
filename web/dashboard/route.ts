import { useEffect, useState } from 'preact/hooks';

/** Returns the part of the address after `#/`. Browsers never send it, so the server serves one page for all sections. */
export function currentPath(): string {
  return location.hash.replace(/^#\/?/, '');
}

export function addressOfSection(path: string): string {
  return `#/${path}`;
}

export function usePath(): string {
  const [path, setPath] = useState(currentPath);
  useEffect(() => {
    const read = () => setPath(currentPath());
    addEventListener('hashchange', read);
    return () => removeEventListener('hashchange', read);
  }, []);
  return path;
}
