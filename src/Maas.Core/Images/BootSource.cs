using Maas.Core.Records;

namespace Maas.Core.Images;

/// <summary>
/// A simplestreams server that offers images. Those that its selections want are imported (<see cref="ImageImports"/>); without a
/// selection it is not contacted.
/// </summary>
public sealed record BootSource : StoredRecord
{
    /// <summary>Its URL; unique.</summary>
    public required string Url { get; init; }

    /// <summary>The path of the OpenPGP keyring that signs it; empty for <see cref="KeyringData"/>.</summary>
    public string KeyringFilename { get; init; } = "";

    /// <summary>The OpenPGP keyring that signs it; empty for <see cref="KeyringFilename"/>.</summary>
    public ReadOnlyMemory<byte> KeyringData { get; init; }

    /// <summary>When it was created.</summary>
    public DateTimeOffset Created { get; init; }

    /// <summary>When it was changed last.</summary>
    public DateTimeOffset Updated { get; init; }
}

/// <summary>Which images of a source are wanted.</summary>
public sealed record BootSourceSelection : StoredRecord
{
    /// <summary>The source.</summary>
    public long BootSourceId { get; init; }

    /// <summary>The operating system; unique in the source together with <see cref="Release"/>.</summary>
    public required string OsSystem { get; init; }

    /// <summary>The release.</summary>
    public required string Release { get; init; }

    /// <summary>Architectures; <c>*</c> for all.</summary>
    public IReadOnlyList<string> Architectures { get; init; } = [];

    /// <summary>Subarchitectures; <c>*</c> for all.</summary>
    public IReadOnlyList<string> Subarchitectures { get; init; } = [];

    /// <summary>Labels; <c>*</c> for all.</summary>
    public IReadOnlyList<string> Labels { get; init; } = [];
}
