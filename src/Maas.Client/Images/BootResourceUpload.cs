namespace Maas.Client.Images;

/// <summary>An image to upload.</summary>
public sealed record BootResourceUpload : IMaasFields
{
    /// <summary>Its name, such as <c>custom/factory</c> or <c>debian/bookworm</c>.</summary>
    public required string Name { get; init; }

    /// <summary>Its architecture.</summary>
    public string Architecture { get; init; } = "amd64/generic";

    /// <summary>Its type: <c>tgz</c>, <c>ddraw</c>, <c>ddgz</c>, <c>ddxz</c>, <c>ddbz2</c> and so on.</summary>
    public string FileType { get; init; } = "tgz";

    /// <summary>Its title; null for none.</summary>
    public string? Title { get; init; }

    /// <summary>The image that it was made from, such as <c>ubuntu/noble</c>; null for none.</summary>
    public string? BaseImage { get; init; }

    /// <inheritdoc/>
    public void WriteTo(MaasForm form) => form.Add("name", Name).Add("architecture", Architecture).Add("filetype", FileType)
        .Add("title", Title).Add("base_image", BaseImage);
}
