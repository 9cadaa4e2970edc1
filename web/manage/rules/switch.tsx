/** On or off. */
export function Switch(props: { label: string; isOn: boolean; onSwitch(isOn: boolean): void }) {
  return (
    <label class="switch">
      <input
        type="checkbox"
        checked={props.isOn}
        onChange={({ currentTarget }) => props.onSwitch(currentTarget.checked)}
      />
      <span>{props.label}</span>
    </label>
  );
}
