using Maas.Boot.Files;
using Maas.Hosting.FirstStart;

namespace Maas.Hosting.Ephemeral;

/// <summary>
/// The files that machines are served: the ephemeral environment, then the boot programs and whatever else the operator put beside them.
/// </summary>
internal sealed class ServedBootFiles(DataDirectory data, EphemeralImageService supply, TimeProvider timeProvider) : IBootFiles
{
    private readonly DirectoryBootFiles _programs = new(data.Of("boot"), timeProvider);

    /// <inheritdoc/>
    public ValueTask<BootFile?> OpenAsync(BootFileRequest request, CancellationToken cancellationToken) =>
        supply.PathOf(request.Name) is { } path
            ? new(File.Exists(path) ? BootFile.FromFile(path) : null)
            : _programs.OpenAsync(request, cancellationToken);
}
