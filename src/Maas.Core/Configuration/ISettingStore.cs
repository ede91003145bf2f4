namespace Maas.Core.Configuration;

/// <summary>Stores settings. Part of <see cref="Stores.IMaasStore"/>.</summary>
public interface ISettingStore
{
    /// <summary>Reads a setting.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>JSON text; <see langword="null"/> when it was never set.</returns>
    Task<string?> GetAsync(string name, CancellationToken cancellationToken);

    /// <summary>Sets a setting that is still as it was read. Of several callers that read the same, on any hosts, one sets it.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="read">The JSON text that was read; <see langword="null"/> for a setting that was never set.</param>
    /// <param name="json">JSON text.</param>
    /// <param name="cancellationToken">Gives up before the transaction begins.</param>
    /// <returns>Whether it was set; <see langword="false"/> when it is another now.</returns>
    Task<bool> ReplaceAsync(string name, string? read, string json, CancellationToken cancellationToken);

    /// <summary>Sets a setting.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="json">JSON text.</param>
    /// <param name="cancellationToken">Gives up before the transaction begins.</param>
    Task SetAsync(string name, string json, CancellationToken cancellationToken);

    /// <summary>Sets a setting that was never set. Of several callers, on whichever hosts, one sets it.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="json">JSON text.</param>
    /// <param name="cancellationToken">Gives up before the transaction begins.</param>
    /// <returns>The setting as it is now: <paramref name="json"/>, or what it was set to before.</returns>
    Task<string> GetOrAddAsync(string name, string json, CancellationToken cancellationToken);
}
