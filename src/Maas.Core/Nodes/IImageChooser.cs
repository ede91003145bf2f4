namespace Maas.Core.Nodes;

/// <summary>Chooses the image that a deployment installs.</summary>
internal interface IImageChooser
{
    /// <summary>The newest complete image for an architecture; <see langword="null"/> when it does not exist.</summary>
    Task<ImageReference?> ChooseAsync(
        string osSystem, string series, string architecture, CancellationToken cancellationToken = default);

    /// <summary>The same for a system that runs in memory, whose image needs no kernel.</summary>
    Task<ImageReference?> ChooseForMemoryAsync(string osSystem, string series, string architecture, CancellationToken cancellationToken);
}
