using System.Buffers;
using System.IO.Pipelines;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace Maas.Api.Results;

/// <summary>
/// What goes back. Every answer has a content type, also 204 (the <c>maas</c> command dies on one without, libmaas on one that says
/// JSON), and never a charset on JSON (the <c>maas</c> command compares the header as a string).
/// </summary>
internal abstract record ApiResult
{
    private const int FlushAt = 32 * 1024;

    private ApiResult() { }

    /// <summary>Headers beside the usual ones.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Headers { get; init; } = [];

    /// <summary>The kind of error; null for that of the status.</summary>
    public string? ErrorCode { get; init; }

    /// <summary>The status that it is sent with, as far as it is known before.</summary>
    protected virtual int KnownStatus => StatusCodes.Status200OK;

    /// <summary>Sends it, with its headers.</summary>
    public Task SendAsync(HttpResponse response, CancellationToken cancellationToken)
    {
        foreach (var (name, value) in Headers) response.Headers.Append(name, value);
        if ((ErrorCode ?? ErrorCodes.Of(KnownStatus)) is { } code) response.Headers[ErrorCodes.Header] = code;
        return WriteAsync(response, cancellationToken);
    }

    /// <summary>Writes status, content type and body.</summary>
    public abstract Task WriteAsync(HttpResponse response, CancellationToken cancellationToken);

    /// <summary>Words, shown to the user as they are.</summary>
    internal sealed record Text(int Status, string Body, string ContentType = "text/plain; charset=utf-8") : ApiResult
    {
        protected override int KnownStatus => Status;

        public override Task WriteAsync(HttpResponse response, CancellationToken cancellationToken) =>
            Bytes.WriteAsync(response, Status, ContentType, Encoding.UTF8.GetBytes(Body), cancellationToken);
    }

    /// <summary>Bytes that are already there.</summary>
    internal sealed record Bytes(ReadOnlyMemory<byte> Body, string ContentType = "application/octet-stream", int Status = 200) : ApiResult
    {
        public override Task WriteAsync(HttpResponse response, CancellationToken cancellationToken) =>
            WriteAsync(response, Status, ContentType, Body, cancellationToken);

        public static async Task WriteAsync(
            HttpResponse response,
            int status,
            string contentType,
            ReadOnlyMemory<byte> body,
            CancellationToken cancellationToken)
        {
            response.StatusCode = status;
            response.ContentType = contentType;
            response.ContentLength = body.Length;
            await response.Body.WriteAsync(body, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>One JSON value.</summary>
    internal sealed record Json(Action<Utf8JsonWriter> Write, int Status = 200) : ApiResult
    {
        protected override int KnownStatus => Status;

        public override async Task WriteAsync(HttpResponse response, CancellationToken cancellationToken)
        {
            var buffer = new ArrayBufferWriter<byte>(4096);
            var json = new Utf8JsonWriter(buffer, JsonWriting.Options);
            await using var disposing = json.ConfigureAwait(false);
            Write(json);
            json.Flush();
            await Bytes.WriteAsync(response, Status, "application/json", buffer.WrittenMemory, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>A JSON list of any length, sent as it is written: memory does not grow with it.</summary>
    internal sealed record JsonList(IEnumerable<Action<Utf8JsonWriter>> Items) : ApiResult
    {
        public static JsonList Of<T>(IEnumerable<T> items, Action<Utf8JsonWriter, T> write) =>
            new(items.Select(item => (Action<Utf8JsonWriter>)(json => write(json, item))));

        public override async Task WriteAsync(HttpResponse response, CancellationToken cancellationToken)
        {
            var list = new ListBody(response);
            await using var disposing = list.ConfigureAwait(false);
            foreach (var item in Items) await list.AddAsync(item, cancellationToken).ConfigureAwait(false);
            await list.EndAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>A JSON list whose items are read while it is sent, for items that are large.</summary>
    internal sealed record JsonStream(IAsyncEnumerable<Action<Utf8JsonWriter>> Items) : ApiResult
    {
        public override async Task WriteAsync(HttpResponse response, CancellationToken cancellationToken)
        {
            var list = new ListBody(response);
            await using var disposing = list.ConfigureAwait(false);
            await foreach (var item in Items.WithCancellation(cancellationToken).ConfigureAwait(false))
                await list.AddAsync(item, cancellationToken).ConfigureAwait(false);
            await list.EndAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    // The body of a list, sent in parts.
    private sealed class ListBody : IAsyncDisposable
    {
        private readonly PipeWriter _body;
        private readonly Utf8JsonWriter _json;

        public ListBody(HttpResponse response)
        {
            response.StatusCode = StatusCodes.Status200OK;
            response.ContentType = "application/json";
            _body = response.BodyWriter;
            _json = new Utf8JsonWriter(_body, JsonWriting.Options);
            _json.WriteStartArray();
        }

        public ValueTask<FlushResult> AddAsync(Action<Utf8JsonWriter> item, CancellationToken cancellationToken)
        {
            item(_json);
            return _json.BytesPending + _body.UnflushedBytes < FlushAt ? default : FlushAsync(cancellationToken);
        }

        public ValueTask<FlushResult> EndAsync(CancellationToken cancellationToken)
        {
            _json.WriteEndArray();
            return FlushAsync(cancellationToken);
        }

        public ValueTask DisposeAsync() => _json.DisposeAsync();

        private ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken)
        {
            _json.Flush();
            return _body.FlushAsync(cancellationToken);
        }
    }

    /// <summary>A JSON list of objects that are written already.</summary>
    internal sealed record JsonFragments(IReadOnlyList<ReadOnlyMemory<byte>> Items) : ApiResult
    {
        public override async Task WriteAsync(HttpResponse response, CancellationToken cancellationToken)
        {
            response.StatusCode = StatusCodes.Status200OK;
            response.ContentType = "application/json";
            response.ContentLength = 2 + Items.Sum(item => (long)item.Length) + Math.Max(0, Items.Count - 1);
            var writer = response.BodyWriter;
            writer.Write("["u8);
            for (var at = 0; at < Items.Count; at++)
            {
                if (at > 0) writer.Write(","u8);
                writer.Write(Items[at].Span);
                if (writer.UnflushedBytes >= FlushAt) await writer.FlushAsync(cancellationToken).ConfigureAwait(false);
            }

            writer.Write("]"u8);
            await writer.FlushAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>An answer for which something has to be looked up first.</summary>
    internal sealed record Deferred(Func<CancellationToken, Task<ApiResult>> Prepare) : ApiResult
    {
        public override async Task WriteAsync(HttpResponse response, CancellationToken cancellationToken)
        {
            var answer = await Prepare(cancellationToken).ConfigureAwait(false);
            await answer.SendAsync(response, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>A seekable stream, whole or the range that was asked for; closed afterwards.</summary>
    internal sealed record Content(Stream Body, string ContentType = "application/octet-stream") : ApiResult
    {
        public override Task WriteAsync(HttpResponse response, CancellationToken cancellationToken) =>
            TypedResults.Stream(Body, ContentType, enableRangeProcessing: true).ExecuteAsync(response.HttpContext);
    }

    /// <summary>Done, and nothing to say.</summary>
    internal sealed record Empty : ApiResult
    {
        public override Task WriteAsync(HttpResponse response, CancellationToken cancellationToken)
        {
            response.StatusCode = StatusCodes.Status204NoContent;
            response.ContentType = "text/plain";
            return Task.CompletedTask;
        }
    }
}
