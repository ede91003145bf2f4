using System.CommandLine;

namespace MaasNet;

/// <summary>The options of every command.</summary>
internal static class GlobalOptions
{
    /// <summary>Which server.</summary>
    public static Option<string?> Profile { get; } = new("--profile", "-p")
    {
        Description = "The server, by the name given to login (default: the last login; MAAS_URL and MAAS_API_KEY come before both).",
        HelpName = "NAME",
        Recursive = true,
    };

    /// <summary>How results are written.</summary>
    public static Option<bool> Json { get; } = new("--json")
    {
        Description = "Writes results as JSON for programs: the server's own objects.",
        Recursive = true,
    };
}
