using Maas.Boot;

namespace Maas.Hosting.Ephemeral;

/// <summary>The files that machines are served: the ephemeral environment, then the boot programs and whatever else the operator put beside them.</summary>
internal sealed class ServedBootFiles(EphemeralSupply supply, TimeProvider timeProvider) : IBootFiles
{
    private DirectoryBootFiles? _programs;

    /// <inheritdoc/>
    public ValueTask<BootFile?> OpenAsync(BootFileRequest request, CancellationToken cancellationToken)
    {
        if (supply.PathOf(request.Name) is { } path) return new(File.Exists(path) ? BootFile.FromFile(path) : null);
        // The folder exists once the supply was started, which is before any server asks.
        _programs ??= new DirectoryBootFiles(supply.ProgramDirectory, timeProvider);
        return _programs.OpenAsync(request, cancellationToken);
    }
}
