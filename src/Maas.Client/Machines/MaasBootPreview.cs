namespace Maas.Client.Machines;

/// <summary>What a machine would receive at its next boot, without secrets. Maas for .NET has it; Canonical's server does not.</summary>
public sealed record MaasBootPreview
{
    /// <summary>What it would boot, such as <c>local disk</c> or <c>installer: debian/bookworm</c>.</summary>
    public string NextBoot { get => field ?? ""; init; }

    /// <summary>Why.</summary>
    public string Rule { get => field ?? ""; init; }

    /// <summary>The requests of a boot, in order.</summary>
    public IReadOnlyList<MaasBootRequest> Requests { get => field ?? []; init; }

    /// <summary>The boot scripts and answer files.</summary>
    public IReadOnlyList<MaasBootFile> Files { get => field ?? []; init; }
}
