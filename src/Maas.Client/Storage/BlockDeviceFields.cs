namespace Maas.Client.Storage;

/// <summary>The arguments of a disk.</summary>
public sealed record BlockDeviceFields : IMaasFields
{
    /// <summary>Its name.</summary>
    public string? Name { get; init; }

    /// <summary>The model.</summary>
    public string? Model { get; init; }

    /// <summary>The serial number.</summary>
    public string? Serial { get; init; }

    /// <summary>Its stable path, without model and serial number.</summary>
    public string? IdPath { get; init; }

    /// <summary>Bytes.</summary>
    public long? Size { get; init; }

    /// <summary>Bytes of a block.</summary>
    public long? BlockSize { get; init; }

    /// <inheritdoc/>
    public void WriteTo(MaasForm form)
    {
        form
            .Add("name", Name)
            .Add("model", Model)
            .Add("serial", Serial)
            .Add("id_path", IdPath)
            .Add("size", Size)
            .Add("block_size", BlockSize);
    }
}
