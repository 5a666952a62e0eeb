# Completion of zookit in fish. In ~/.config/fish/config.fish: zookit completion fish | source

function __zookit_complete
    set -l given (commandline --current-process --tokenize --cut-at-cursor)
    set -l program $given[1]
    set -l typed (commandline --current-token --cut-at-cursor)
    # A quote may still be open.
    set -l word (string unescape -- "$typed"; or string unescape -- "$typed\""; or string unescape -- "$typed'")
    set -l option ''
    if string match --quiet --regex -- '^--[^=]+=' "$word"
        set option (string replace --regex -- '=.*' '=' "$word")
        set --append given (string replace -- '=' '' $option)
    end
    set --append given (string replace -- "$option" '' "$word")
    set -l quoted "'"(string replace --all "'" "'\\''" -- $given)"'"
    set -l offered (
        _ZOOKIT_COMPLETE=complete_bash COMP_WORDS="$quoted" \
        COMP_CWORD=(math (count $given) - 1) $program 2>/dev/null)
    if test -n "$offered"
        printf '%s\n' $option$offered
        return
    end
    # Where zookit offers nothing, file names.
    set -l file (string replace --regex -- '.*[=:]' '' "$word")
    set -l before (string replace --regex -- '[^=:]*$' '' "$word")
    set -l escaped (string escape --no-quoted -- "$file" | string replace --regex '^\\\\~' '~')
    printf '%s\n' $before(complete --do-complete "'' $escaped")
end

complete --command zookit --no-files --arguments '(__zookit_complete)'
