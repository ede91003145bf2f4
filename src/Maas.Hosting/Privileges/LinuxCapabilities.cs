using System.Globalization;

namespace Maas.Hosting.Privileges;

/// <summary>Which of the capabilities that serving an interface needs this process lacks (capabilities(7)).</summary>
internal static class LinuxCapabilities
{
    // Bit numbers of linux/capability.h; the names are those an operator gives to setcap or systemd.
    private static readonly (int Bit, string Name, string Why)[] S_needed =
    [
        (10, "CAP_NET_BIND_SERVICE", "ports below 1024, such as 67 and 69"),
        (13, "CAP_NET_RAW", "binding a socket to its interface"),
    ];

    /// <summary>The missing capabilities with what each is for, from the text of <c>/proc/self/status</c>.</summary>
    /// <remarks>A text without a <c>CapEff</c> line lacks nothing that could be named: the sockets will tell.</remarks>
    public static IReadOnlyList<string> Missing(string processStatus)
    {
        var line = processStatus.Split('\n').FirstOrDefault(l => l.StartsWith("CapEff:", StringComparison.Ordinal));
        if (line is null
            || !ulong.TryParse(line["CapEff:".Length..].Trim(), NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var effective))
            return [];
        return [.. S_needed.Where(capability => (effective & (1UL << capability.Bit)) == 0)
            .Select(capability => $"{capability.Name} ({capability.Why})")];
    }

    /// <summary>Refuses at once, naming what is missing, instead of failing later at a socket.</summary>
    /// <exception cref="InvalidOperationException">The process may not serve an interface.</exception>
    public static void Require()
    {
        if (!OperatingSystem.IsLinux()) return;
        if (Missing(File.ReadAllText("/proc/self/status")) is { Count: > 0 } missing)
            throw new InvalidOperationException(
                $"Serving a network interface needs root or {string.Join(" and ", missing)}, which this process does not have.");
    }
}
