namespace Maas.Judges;

/// <summary>Finds the programs that a command starts, including those inside <c>sh -c</c>, <c>xargs</c> or <c>ip netns exec</c>.</summary>
internal static class CommandLine
{
    private static readonly HashSet<string> Builtins =
    [
        ".", ":", "alias", "bg", "break", "cd", "continue", "declare", "echo", "eval", "exit", "export", "false", "fg", "getopts", "hash",
        "jobs", "kill", "let", "local", "mapfile", "popd", "printf", "pushd", "pwd", "read", "readonly", "return", "set", "shift", "shopt",
        "source", "times", "trap", "true", "type", "typeset", "ulimit", "umask", "unalias", "unset", "wait",
    ];

    // The options that take the next word as their value, by program.
    private static readonly Dictionary<string, string> OptionsWithValue = new(StringComparer.Ordinal)
    {
        ["env"] = "-u -C -S",
        ["flock"] = "-w -E",
        ["ionice"] = "-c -n -p",
        ["nice"] = "-n",
        ["nsenter"] = "-t -S -G",
        ["setpriv"] = "--reuid --regid --groups",
        ["stdbuf"] = "-i -o -e",
        ["timeout"] = "-s -k",
        ["unshare"] = "-R -w -S -G --propagation",
        ["xargs"] = "-a -d -E -I -L -n -P -s",
    };

    /// <summary>The programs of one command, as they are written: names, or paths.</summary>
    /// <param name="words">The program and its arguments.</param>
    /// <exception cref="FormatException">A script among the arguments cannot be read, or one of its programs is a variable.</exception>
    public static IEnumerable<string> ProgramsOf(IReadOnlyList<string> words)
    {
        if (words.Count == 0) return [];
        var program = words[0];
        if (program.Contains(ShellLine.Unknown))
        {
            var command = string.Join(' ', words).Replace(ShellLine.Unknown, '?');
            throw new FormatException($"'{command}' names a program that is known only when the shell runs: write its name.");
        }

        var name = Path.GetFileName(program);
        var rest = words.Skip(1).ToArray();
        return name switch
        {
            _ when Builtins.Contains(program) => [],
            "command" or "exec" or "builtin" => rest is [['-', ..], ..] ? [] : ProgramsOf(rest),
            "sh" or "dash" or "bash" => [program, .. ScriptOf(rest)],
            "find" => [program, .. After("-exec", rest).Concat(After("-execdir", rest)).SelectMany(ProgramsOf)],
            "ip" when rest is ["netns", "exec", _, .. var inside] => [program, .. ProgramsOf(inside)],
            "timeout" or "flock" or "taskset" => [program, .. ProgramsOf([.. AfterOptions(name, rest).Skip(1)])],
            "nohup" or "setsid" => [program, .. ProgramsOf(AfterOptions(name, rest))],
            "env" => [program, .. ProgramsOf([.. AfterOptions(name, rest).SkipWhile(word => word.Contains('='))])],
            _ when OptionsWithValue.ContainsKey(name) => [program, .. ProgramsOf(AfterOptions(name, rest))],
            _ => [program],
        };
    }

    /// <summary>The programs of a shell script.</summary>
    /// <exception cref="FormatException">The script cannot be read.</exception>
    public static IEnumerable<string> ProgramsOf(string script) => ShellLine.CommandsOf(script).SelectMany(ProgramsOf);

    private static IEnumerable<string> ScriptOf(string[] arguments)
    {
        var option = Array.FindIndex(arguments, argument => argument is ['-', not '-', ..] && argument.Contains('c'));
        return option >= 0 && option + 1 < arguments.Length ? ProgramsOf(arguments[option + 1]) : [];
    }

    private static IEnumerable<string[]> After(string word, string[] words) =>
        words.Index().Where(item => item.Item == word).Select(item => words[(item.Index + 1)..]);

    private static string[] AfterOptions(string program, string[] arguments)
    {
        var withValue = OptionsWithValue.GetValueOrDefault(program, "").Split(' ');
        var at = 0;
        while (at < arguments.Length && arguments[at].StartsWith('-')) at += withValue.Contains(arguments[at]) ? 2 : 1;
        return at < arguments.Length ? arguments[at..] : [];
    }
}
