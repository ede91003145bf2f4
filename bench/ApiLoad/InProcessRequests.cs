using Maas.Hosting.Testing.Http;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace ApiLoad;

/// <summary>Requests whose responses are only counted: each costs what the application makes of it.</summary>
internal static class InProcessRequests
{
    /// <summary>Sends one request.</summary>
    /// <returns>The status and the length of the body.</returns>
    public static async Task<(int Status, long Length)> SendAsync(
        this InProcessServer server, string method, string path, string query, string? authorization)
    {
        var request = new HttpRequestFeature
        {
            Method = method,
            Path = path,
            QueryString = query,
            RawTarget = path + query,
            Protocol = "HTTP/1.1",
            Scheme = "http",
        };
        request.Headers.Host = "localhost";
        if (authorization is not null) request.Headers.Authorization = authorization;
        var body = new CountingStream();
        var response = new HttpResponseFeature();
        var features = new FeatureCollection();
        features.Set<IHttpRequestFeature>(request);
        features.Set<IHttpResponseFeature>(response);
        features.Set<IHttpResponseBodyFeature>(new StreamResponseBodyFeature(body));
        await server.ProcessAsync(features);
        return (response.StatusCode, body.Length);
    }

    private sealed class CountingStream : Stream
    {
        private long _length;

        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => _length;

        public override long Position { get => _length; set => throw new NotSupportedException(); }

        public override void Flush()
        {
        }

        public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => _length += count;

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            _length += buffer.Length;
            return ValueTask.CompletedTask;
        }
    }
}
