using Maas.Images.Debian;

namespace VmLab.Servers;

/// <summary>The Debian mirror that everything in the lab comes from.</summary>
public static class DebianMirror
{
    public const string Suite = "bookworm";

    /// <summary><c>MAAS_TEST_MIRROR</c>, or the first that apt's sources name for Debian 12. Ends with a slash.</summary>
    /// <exception cref="InvalidOperationException">Neither says.</exception>
    public static Uri OfThisHost() =>
        Environment.GetEnvironmentVariable("MAAS_TEST_MIRROR") is { Length: > 0 } configured
            ? new Uri(configured.TrimEnd('/') + "/")
            : AptSources.ReadDebian().FirstOrDefault(source => source.Suite == Suite)?.Mirror
                ?? throw new InvalidOperationException($"apt's sources name no mirror of Debian {Suite}: set MAAS_TEST_MIRROR");
}
