using Maas.Client.Http;

namespace Maas.Client.Files;

/// <summary>Files that the user keeps on the server, such as the state of a deployment tool.</summary>
public sealed class FilesClient
{
    private readonly MaasConnection _connection;

    internal FilesClient(MaasConnection connection) => _connection = connection;

    /// <summary>The user's files by name, without content.</summary>
    /// <param name="prefix">What the names begin with; null for all.</param>
    /// <param name="cancellationToken">Ends the request.</param>
    public IAsyncEnumerable<MaasFile> ListAsync(string? prefix = null, CancellationToken cancellationToken = default) =>
        _connection.ListAsync<MaasFile>("files/", new MaasForm().Add("prefix", prefix), cancellationToken);

    /// <summary>The bytes of a file, as they arrive. Dispose of the stream.</summary>
    /// <exception cref="MaasApiException">404: it does not exist.</exception>
    public Task<Stream> OpenAsync(string name, CancellationToken cancellationToken = default) =>
        _connection.OpenAsync("files/", new MaasForm().Add("op", "get").Add("filename", name), cancellationToken);

    /// <summary>Writes a file. A file of that name is replaced.</summary>
    public Task WriteAsync(string name, ReadOnlyMemory<byte> content, CancellationToken cancellationToken = default) =>
        _connection.PostAsync("files/", new MaasForm().Add("filename", name).AddFile("file", content), cancellationToken);

    /// <summary>Deletes a file.</summary>
    /// <exception cref="MaasApiException">404: it does not exist.</exception>
    public Task DeleteAsync(string name, CancellationToken cancellationToken = default) =>
        _connection.DeleteAsync("files/", new MaasForm().Add("filename", name), cancellationToken);
}
