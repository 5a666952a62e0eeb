#compdef zookit
# Completion of zookit in zsh. In ~/.zshrc, after compinit: eval "$(zookit completion zsh)"

_zookit() {
    local -a given offered
    local program=${~words[1]} each typed
    if compset -P '--[^=]#='; then
        given=("${(@Q)words[1,CURRENT-1]}" "${${(Q)IPREFIX}%=}" "${(Q)PREFIX}")
    else
        given=("${(@Q)words[1,CURRENT-1]}" "${(Q)PREFIX}")
    fi
    offered=(${(f)"$(
        _ZOOKIT_COMPLETE=complete_bash COMP_WORDS="${(@qq)given}" COMP_CWORD=$(($#given - 1)) \
            $program 2> /dev/null
    )"})
    if (($#offered == 0)); then
        compset -P '*[=:]'
        _files
        return
    fi
    # What stands before the last separator stays as it was typed.
    typed=${(Q)PREFIX}
    compset -P '*[=:,+/]'
    offered=("${(@)offered#${(b)typed%"${(Q)PREFIX}"}}")
    # No blank after what goes on.
    compadd -S '' -- ${(M)offered:#*[=:/]}
    compadd -- ${offered:#*[=:/]}
}

if [[ $funcstack[1] == _zookit ]]; then
    _zookit "$@"
else
    compdef _zookit zookit
fi
