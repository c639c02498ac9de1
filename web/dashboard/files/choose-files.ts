import { useEffect, useState } from 'preact/hooks';

/** Opens the browser's file dialog and returns the chosen files: none if the user cancels. */
export function chooseFiles(multiple: boolean): Promise<readonly File[]> {
  const input = Object.assign(document.createElement('input'), { type: 'file', multiple });
  return new Promise((resolve) => {
    input.addEventListener('change', () => resolve([...(input.files ?? [])]));
    input.addEventListener('cancel', () => resolve([]));
    input.click();
  });
}

/**
 * Accepts files that are dropped anywhere on the page: dropped beside a target, they would make the browser leave it.
 *
 * @returns whether files are being dragged over the page
 */
export function useDrop(accept: (files: readonly File[]) => void): boolean {
  const [isDraggedOver, setDraggedOver] = useState(false);
  useEffect(() => {
    const over = (event: DragEvent) => {
      event.preventDefault();
      setDraggedOver(true);
    };
    const leave = (event: DragEvent) => event.relatedTarget === null && setDraggedOver(false);
    const drop = (event: DragEvent) => {
      event.preventDefault();
      setDraggedOver(false);
      accept(filesOf(event.dataTransfer));
    };
    addEventListener('dragover', over);
    addEventListener('dragleave', leave);
    addEventListener('drop', drop);
    return () => {
      removeEventListener('dragover', over);
      removeEventListener('dragleave', leave);
      removeEventListener('drop', drop);
    };
  }, [accept]);
  return isDraggedOver;
}

/** Skips folders, which have no content to upload. */
function filesOf(transfer: DataTransfer | null): readonly File[] {
  const items = [...(transfer?.items ?? [])].filter((item) => !item.webkitGetAsEntry()?.isDirectory);
  return items.flatMap((item) => item.getAsFile() ?? []);
}
