namespace Maas.Core.Configuration;

/// <summary>The server's settings by name, each a JSON value.</summary>
public sealed class Settings
{
    internal Settings() { }

    /// <summary>The setting as JSON text, or <see langword="null"/> when it was never set.</summary>
    public Task<string?> GetAsync(string name, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    /// <summary>Sets it.</summary>
    /// <exception cref="System.Text.Json.JsonException"><paramref name="json"/> is not JSON.</exception>
    public Task SetAsync(string name, string json, CancellationToken cancellationToken = default) => throw new NotSupportedException();
}
