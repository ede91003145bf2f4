namespace Maas.Images.Ephemeral;

/// <summary>The agent: POSIX sh, embedded in this assembly, by its path in the environment.</summary>
internal static class AgentFiles
{
    private const string Prefix = "Maas.Images.Ephemeral.Agent.";

    /// <summary>Every file of the agent, sorted by path. All are executable.</summary>
    public static IReadOnlyList<(string Path, byte[] Content)> All { get; } =
    [
        .. typeof(AgentFiles).Assembly.GetManifestResourceNames()
            .Where(name => name.StartsWith(Prefix, StringComparison.Ordinal))
            .Order(StringComparer.Ordinal)
            .Select(name => (PathOf(name[Prefix.Length..]), Read(name))),
    ];

    private static string PathOf(string name) => name switch
    {
        "init.sh" => "init",
        "udhcpc.sh" => "lib/maas/udhcpc",
        _ => "lib/maas/" + name,
    };

    private static byte[] Read(string name)
    {
        using var stream = typeof(AgentFiles).Assembly.GetManifestResourceStream(name)!; // its name was just listed
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }
}
