# Completion of zookit in bash. In ~/.bashrc: eval "$(zookit completion bash)"

_zookit() {
    # bash splits words at : and = (COMP_WORDBREAKS), so they are read anew, up to the cursor.
    # `typed` is what of the last word stands before $2, the part that bash will replace.
    local line=${COMP_LINE:0:COMP_POINT} words=() word='' begun='' quote='' typed='' at char
    local start=$((${#line} - ${#2}))
    for ((at = 0; at < ${#line}; at++)); do
        ((at == start)) && typed=$word
        char=${line:at:1}
        if [[ -z $quote && $char == [[:blank:]] ]]; then
            [[ -n $begun ]] && words+=("$word")
            word='' begun=''
            continue
        fi
        begun=yes
        if [[ $char == "$quote" ]]; then
            quote=''
        elif [[ $char == \\ && $quote != \' ]]; then
            word+=${line:++at:1}
        elif [[ -z $quote && $char == [\"\'] ]]; then
            quote=$char
        else
            word+=$char
        fi
    done
    ((start >= ${#line})) && typed=$word

    local option=''
    if [[ $word == --*=* ]]; then
        option=${word%%=*}=
        words+=("${word%%=*}")
        word=${word#*=}
    fi
    words+=("$word")

    local each quoted='' apostrophe="'" escaped="'\\''" program
    for each in "${words[@]}"; do
        quoted+=" '${each//"$apostrophe"/$escaped}'"
    done
    program=$(type -P -- "${1/#\~/$HOME}") || program=zookit
    COMPREPLY=()
    while IFS= read -r each; do
        each=$option$each
        each=${each#"$typed"}
        [[ -n $each ]] || continue
        # No blank after what goes on.
        [[ $each == *[=:/] ]] && compopt -o nospace 2> /dev/null
        if [[ -z $quote ]]; then
            printf -v each %q "$each"
            each=${each//\\,/,}
        fi
        COMPREPLY+=("$each")
    done < <(
        _ZOOKIT_COMPLETE=complete_bash COMP_WORDS=$quoted COMP_CWORD=$((${#words[@]} - 1)) \
            "$program" 2> /dev/null
    )
    if [[ ${#COMPREPLY[@]} -eq 0 && -n $quote && $word == *[=:]* ]]; then
        # Readline would look for a file that is called as all that stands in the quotes.
        local before=${word%"${word##*[=:]}"}
        before=${before#"$typed"}
        compopt -o nospace 2> /dev/null
        while IFS= read -r each; do
            [[ -d $each ]] && each+=/
            COMPREPLY+=("$before$each")
        done < <(compgen -f -- "${word##*[=:]}")
    fi
}

# Where zookit offers nothing, file names.
complete -o bashdefault -o default -F _zookit zookit
