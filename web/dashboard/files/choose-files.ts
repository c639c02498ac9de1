import { useEffect, useState } from 'preact/hooks';

/** By the browser's own dialog; none where its user thinks better of it. */
export function chooseFiles(multiple: boolean): Promise<readonly File[]> {
  const input = Object.assign(document.createElement('input'), { type: 'file', multiple });
  return new Promise((resolve) => {
    input.addEventListener('change', () => resolve([...(input.files ?? [])]));
    input.addEventListener('cancel', () => resolve([]));
    input.click();
  });
}

/**
 * Takes files that are dropped anywhere on the page: one that misses would make the browser leave the page.
 *
 * @returns whether files are held above it
 */
export function useDrop(take: (files: readonly File[]) => void): boolean {
  const [isOver, setOver] = useState(false);
  useEffect(() => {
    const over = (event: DragEvent) => {
      event.preventDefault();
      setOver(true);
    };
    const leave = (event: DragEvent) => event.relatedTarget === null && setOver(false);
    const drop = (event: DragEvent) => {
      event.preventDefault();
      setOver(false);
      take(filesOf(event.dataTransfer));
    };
    addEventListener('dragover', over);
    addEventListener('dragleave', leave);
    addEventListener('drop', drop);
    return () => {
      removeEventListener('dragover', over);
      removeEventListener('dragleave', leave);
      removeEventListener('drop', drop);
    };
  }, [take]);
  return isOver;
}

/** Folders have no content to upload. */
function filesOf(transfer: DataTransfer | null): readonly File[] {
  const items = [...(transfer?.items ?? [])].filter((item) => !item.webkitGetAsEntry()?.isDirectory);
  return items.flatMap((item) => item.getAsFile() ?? []);
}
