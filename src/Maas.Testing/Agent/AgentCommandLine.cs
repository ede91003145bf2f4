using System.Diagnostics.CodeAnalysis;

namespace Maas.Testing.Agent;

/// <summary>What the ephemeral environment reads from the kernel's command line.</summary>
/// <param name="Base">The server: <c>http://10.0.0.1:5240/MAAS</c>.</param>
/// <param name="Token">The one-time token; <see langword="null"/> for an unknown machine.</param>
/// <param name="Task">The task given; <c>enlist</c> for such a machine.</param>
internal sealed record AgentCommandLine(Uri Base, string? Token, string? Task)
{
    /// <summary>Reads a command line; <see langword="false"/> when it is not one of the ephemeral environment.</summary>
    public static bool TryParse(string commandLine, [NotNullWhen(true)] out AgentCommandLine? given)
    {
        string? Word(string name) =>
            commandLine.Split(' ', StringSplitOptions.RemoveEmptyEntries)
                .LastOrDefault(w => w.StartsWith(name + "=", StringComparison.Ordinal))?[(name.Length + 1)..];

        given = Uri.TryCreate(Word("maas.url"), UriKind.Absolute, out var url) && url.Scheme is "http" or "https"
            ? new AgentCommandLine(url, Word("maas.token") is { Length: > 0 } token ? token : null, Word("maas.task"))
            : null;
        return given is not null;
    }

    /// <summary>Without the token.</summary>
    public override string ToString() => $"{Base} {Task}";
}
