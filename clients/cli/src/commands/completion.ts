import { type Command, InvalidArgumentError } from 'commander';
import { writeLine } from '../cli-io.ts';
import { type CommandContext, commandTable } from '../command-table.ts';
import { lines } from '../terminal/show.ts';

const shells = ['bash', 'zsh'] as const;

const examples = `
Examples:
  source <(bl completion bash)
  bl completion zsh > "\${fpath[1]}/_bl"`;

export function defineCompletion(command: Command, { io }: CommandContext): void {
  command
    .argument('<shell>', 'bash or zsh', (shell: string) => {
      const known = shells.find((each) => each === shell);
      if (known !== undefined) return known;
      throw new InvalidArgumentError(`It must be one of ${shells.join(', ')}.`);
    })
    .addHelpText('after', examples)
    .action(async (shell: (typeof shells)[number]) => {
      await writeLine(io.stdout, lines(shell === 'bash' ? bashScript() : zshScript()));
    });
}

const kindWords =
  'model models revisions executions environment environments policy policies location locations';
const commandWords = commandTable.map(({ name }) => name).join(' ');

function bashScript(): string {
  return `_bl() {
  local current=\${COMP_WORDS[COMP_CWORD]} command=\${COMP_WORDS[1]}
  if [ "$COMP_CWORD" -eq 1 ]; then
    COMPREPLY=($(compgen -W "${commandWords} help" -- "$current"))
  elif [ "$COMP_CWORD" -eq 2 ] && [[ $command =~ ^(get|delete|run|logs)$ ]]; then
    COMPREPLY=($(compgen -W "${kindWords}" -- "$current"))
  else
    COMPREPLY=($(compgen -f -- "$current"))
  fi
}
complete -o filenames -F _bl bl`;
}

function zshScript(): string {
  const described = commandTable.map(({ name, summary }) => `    '${name}:${summary}'`).join('\n');
  return `#compdef bl
_bl() {
  local -a commands=(
${described}
  )
  if (( CURRENT == 2 )); then
    _describe command commands
  elif (( CURRENT == 3 )) && [[ $words[2] =~ '^(get|delete|run|logs)$' ]]; then
    compadd ${kindWords}
  else
    _files
  fi
}
compdef _bl bl`;
}
