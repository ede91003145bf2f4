namespace Maas.Client.Settings;

/// <summary>The version of a server.</summary>
public sealed record MaasVersion
{
    /// <summary>The version, such as 3.5.0.</summary>
    public string Version { get => field ?? ""; init; }

    /// <summary>The build; may be empty.</summary>
    public string Subversion { get => field ?? ""; init; }

    /// <summary>What the server can do, such as <c>network-deployment-ubuntu</c>.</summary>
    public IReadOnlyList<string> Capabilities { get => field ?? []; init; }
}
