import { type ComponentChildren, createContext } from 'preact';
import { useCallback, useContext, useEffect, useState } from 'preact/hooks';

const shownMs = 5_000;

const ToastContext = createContext<(text: string) => void>(() => undefined);

/** Returns a function that shows a success message for a few seconds. Errors are shown where they happen instead. */
export function useToast(): (text: string) => void {
  return useContext(ToastContext);
}

export function ToastProvider({ children }: { readonly children: ComponentChildren }) {
  const [toast, setToast] = useState<{ readonly text: string }>();
  const show = useCallback((text: string) => setToast({ text }), []);
  useEffect(() => {
    const timer = setTimeout(() => setToast(undefined), shownMs);
    return () => clearTimeout(timer);
  }, [toast]);
  return (
    <ToastContext.Provider value={show}>
      {children}
      <div class="toasts" role="status">
        {toast && <p class="toast">{toast.text}</p>}
      </div>
    </ToastContext.Provider>
  );
}
