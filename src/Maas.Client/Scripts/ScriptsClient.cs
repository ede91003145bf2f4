using Maas.Client.Http;

namespace Maas.Client.Scripts;

/// <summary>Commissioning, testing and other scripts.</summary>
public sealed class ScriptsClient
{
    private readonly MaasConnection _connection;

    internal ScriptsClient(MaasConnection connection) => _connection = connection;

    /// <summary>All scripts.</summary>
    public IAsyncEnumerable<MaasScript> ListAsync(CancellationToken cancellationToken = default) =>
        _connection.ListAsync<MaasScript>("scripts/", null, cancellationToken);

    /// <summary>Reads a script without its text.</summary>
    /// <exception cref="MaasApiException">404: it does not exist.</exception>
    public Task<MaasScript> GetAsync(string name, CancellationToken cancellationToken = default) =>
        _connection.GetAsync<MaasScript>(PathOf(name), null, cancellationToken);

    /// <summary>The text of a script. Dispose of the stream.</summary>
    /// <exception cref="MaasApiException">404: it does not exist.</exception>
    public Task<Stream> DownloadAsync(string name, CancellationToken cancellationToken = default) =>
        _connection.OpenAsync(PathOf(name), new MaasForm().Add("op", "download"), cancellationToken);

    /// <summary>Creates a script.</summary>
    /// <exception cref="MaasApiException">400: a field is wrong.</exception>
    public Task<MaasScript> CreateAsync(ScriptFields fields, CancellationToken cancellationToken = default) =>
        _connection.PostAsync<MaasScript>("scripts/", new MaasForm().Add(fields), cancellationToken);

    /// <summary>Changes the fields that are set. A new text is a new version; the server keeps the others.</summary>
    /// <exception cref="MaasApiException">400: a field is wrong. 404: it does not exist.</exception>
    public Task<MaasScript> UpdateAsync(string name, ScriptFields fields, CancellationToken cancellationToken = default) =>
        _connection.PutAsync<MaasScript>(PathOf(name), new MaasForm().Add(fields), cancellationToken);

    /// <summary>Deletes a script.</summary>
    /// <exception cref="MaasApiException">404: it does not exist.</exception>
    public Task DeleteAsync(string name, CancellationToken cancellationToken = default) =>
        _connection.DeleteAsync(PathOf(name), null, cancellationToken);

    // Without a slash at the end, as the server declares it.
    private static string PathOf(string name) => $"scripts/{PathPart.Of(name)}";
}
