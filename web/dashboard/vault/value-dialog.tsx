import { useId } from 'preact/hooks';
import type { VaultValue } from '../../../client/vault/values.ts';
import { useLoad } from '../api.ts';
import { fill, useFormats, useWords } from '../language.tsx';
import { CopyButton } from '../ui/copy-button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { saveBytes } from '../ui/save-bytes.ts';
import { LoadedView } from '../ui/states.tsx';
import { dictionary } from './words.ts';

type DialogProps = {
  readonly name: string;
  readonly load: () => Promise<VaultValue>;
  readonly close: () => void;
};

/** Shows a decrypted value while the dialog is open. */
export function ValueDialog({ name, load, close }: DialogProps) {
  const words = useWords(dictionary);
  const { moment } = useFormats();
  const loaded = useLoad(load, []);
  return (
    <Dialog title={name} close={close}>
      <LoadedView loaded={loaded}>
        {({ value, version, updatedUtc }) => (
          <>
            <Content name={name} value={value} />
            <p class="note">{fill(words.version, { version: String(version), time: moment(updatedUtc) })}</p>
          </>
        )}
      </LoadedView>
      <p class="actions">
        <button type="button" class="primary" onClick={close}>
          {words.hide}
        </button>
      </p>
    </Dialog>
  );
}

/** Shows text with a button to copy it, and binary content as a button to save it. */
function Content({ name, value }: { readonly name: string; readonly value: Uint8Array }) {
  const words = useWords(dictionary);
  const { bytes } = useFormats();
  const id = useId();
  const text = textOf(value);
  if (text === undefined)
    return (
      <>
        <p>{fill(words.binary, { size: bytes(value.length) })}</p>
        <button type="button" onClick={() => saveBytes(name, [value])}>
          {words.saveFile}
        </button>
      </>
    );
  return (
    <div class="field">
      <label for={id}>{words.value}</label>
      <textarea id={id} class="code" readOnly rows={Math.min(12, text.split('\n').length + 1)} value={text} />
      <CopyButton of={words.value} text={text} />
    </div>
  );
}

function textOf(value: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(value);
  } catch {
    return undefined;
  }
}
