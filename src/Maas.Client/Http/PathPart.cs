namespace Maas.Client.Http;

/// <summary>A name as one part of a path.</summary>
internal static class PathPart
{
    /// <summary>The name with everything escaped that would end the part.</summary>
    /// <exception cref="ArgumentException">It is empty or has dots alone, which mean another path.</exception>
    public static string Of(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        return name is "." or ".."
            ? throw new ArgumentException($"'{name}' is not a name: it would be another path.", nameof(name))
            : Uri.EscapeDataString(name);
    }
}
