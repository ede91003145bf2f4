using System.Net;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Maas.Client.Http;

/// <summary>Sends requests to one server: signs, retries, bounds and parses.</summary>
internal sealed class MaasConnection(
    HttpClient http,
    Uri api,
    MaasApiKey? key,
    MaasClientOptions options,
    TimeProvider timeProvider,
    JsonSerializerOptions json)
{
    public TimeProvider TimeProvider => timeProvider;

    public async Task<T> GetAsync<T>(string path, MaasForm? query, CancellationToken cancellationToken)
        where T : class
    {
        var request = new MaasRequest(HttpMethod.Get, Resolve(path, query));
        return Demand(request, await SendAsync<T>(request, cancellationToken).ConfigureAwait(false));
    }

    public async Task<T> PostAsync<T>(string path, MaasForm form, CancellationToken cancellationToken)
        where T : class
    {
        var request = Form(HttpMethod.Post, path, form);
        return Demand(request, await SendAsync<T>(request, cancellationToken).ConfigureAwait(false));
    }

    /// <summary>Posts a form; the answer may be empty or null.</summary>
    public Task<T?> PostOrNullAsync<T>(string path, MaasForm form, CancellationToken cancellationToken)
        where T : class => SendAsync<T>(Form(HttpMethod.Post, path, form), cancellationToken);

    /// <summary>Posts a form; the answer is not read.</summary>
    public Task PostAsync(string path, MaasForm form, CancellationToken cancellationToken) =>
        SendWithoutAnswerAsync(Form(HttpMethod.Post, path, form), cancellationToken);

    public async Task<T> PutAsync<T>(string path, MaasForm form, CancellationToken cancellationToken)
        where T : class
    {
        var request = Form(HttpMethod.Put, path, form);
        return Demand(request, await SendAsync<T>(request, cancellationToken).ConfigureAwait(false));
    }

    /// <summary>Puts bytes that the server appends to what it has: not idempotent.</summary>
    public Task PutBytesAsync(string path, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken) => SendWithoutAnswerAsync(
        new MaasRequest(HttpMethod.Put, Resolve(path, null))
        {
            IsIdempotent = false,
            Content = () => new ReadOnlyMemoryContent(bytes) { Headers = { ContentType = new("application/octet-stream") } },
        },
        cancellationToken);

    public Task DeleteAsync(string path, MaasForm? query, CancellationToken cancellationToken) =>
        SendWithoutAnswerAsync(new MaasRequest(HttpMethod.Delete, Resolve(path, query)), cancellationToken);

    /// <summary>Any request; the answer may be empty.</summary>
    public Task<T?> SendAsync<T>(HttpMethod method, string path, MaasForm? arguments, CancellationToken cancellationToken)
        where T : class => SendAsync<T>(
            method == HttpMethod.Get || method == HttpMethod.Delete
                ? new MaasRequest(method, Resolve(path, arguments))
                : Form(method, path, arguments ?? new MaasForm()),
            cancellationToken);

    /// <summary>The elements of a JSON array, each parsed when it has arrived.</summary>
    public async IAsyncEnumerable<T> ListAsync<T>(
        string path,
        MaasForm? query,
        [EnumeratorCancellation] CancellationToken cancellationToken)
        where T : class
    {
        var request = new MaasRequest(HttpMethod.Get, Resolve(path, query));
        var body = await OpenAsync(request, options.MaximumListBytes, cancellationToken).ConfigureAwait(false);
        await using (body.ConfigureAwait(false))
        {
            var elements = JsonSerializer.DeserializeAsyncEnumerable(body, TypeInfo<T>(), cancellationToken)
                .GetAsyncEnumerator(cancellationToken);
            await using (elements.ConfigureAwait(false))
            {
                while (await MoveNextAsync(request, elements).ConfigureAwait(false)) yield return Demand(request, elements.Current);
            }
        }
    }

    /// <summary>The bytes of an answer, as they arrive. The stream ends the request when it is disposed of.</summary>
    public Task<Stream> OpenAsync(string path, MaasForm? query, CancellationToken cancellationToken) =>
        OpenAsync(new MaasRequest(HttpMethod.Get, Resolve(path, query)), long.MaxValue, cancellationToken);

    /// <summary>
    /// An address that the server gave, or a path below <c>/api/2.0/</c>. It must be on this server: a request has credentials.
    /// </summary>
    /// <exception cref="MaasApiException">It is on another one.</exception>
    private Uri Resolve(string path, MaasForm? query)
    {
        if (!Uri.TryCreate(api, path + query?.ToQuery(), out var uri)
            || Uri.Compare(api, uri, UriComponents.SchemeAndServer, UriFormat.UriEscaped, StringComparison.OrdinalIgnoreCase) != 0)
        {
            throw new MaasApiException(
                $"The address {ErrorAnswer.OneLine(path)} is not on the server {api.GetLeftPart(UriPartial.Authority)}; nothing was sent.",
                statusCode: null);
        }

        return uri;
    }

    private MaasRequest Form(HttpMethod method, string path, MaasForm form) =>
        new(method, Resolve(path, null)) { Content = form.ToContent };

    private Task<T?> SendAsync<T>(MaasRequest request, CancellationToken cancellationToken)
        where T : class => RetryAsync(
            request,
            (response, attempt) => ParseAsync<T>(request, response, attempt),
            cancellationToken);

    private Task<bool> SendWithoutAnswerAsync(MaasRequest request, CancellationToken cancellationToken) =>
        RetryAsync(request, (_, _) => Task.FromResult(true), cancellationToken);

    private Task<Stream> OpenAsync(MaasRequest request, long limit, CancellationToken cancellationToken) =>
        RetryAsync<Stream>(request, (response, attempt) => BodyAsync(request, response, limit, attempt), cancellationToken);

    private async Task<T?> ParseAsync<T>(MaasRequest request, HttpResponseMessage response, CancellationToken attempt)
        where T : class
    {
        if (response.StatusCode == HttpStatusCode.NoContent) return null;
        var body = await BodyAsync(request, response, options.MaximumResponseBytes, attempt).ConfigureAwait(false);
        await using (body.ConfigureAwait(false))
        {
            try
            {
                return await JsonSerializer.DeserializeAsync(body, TypeInfo<T>(), attempt).ConfigureAwait(false);
            }
            catch (JsonException exception)
            {
                throw Unreadable(request, response.StatusCode, exception);
            }
        }
    }

    private async Task<Stream> BodyAsync(MaasRequest request, HttpResponseMessage response, long limit, CancellationToken attempt)
    {
        var status = response.StatusCode;
        var body = await response.Content.ReadAsStreamAsync(attempt).ConfigureAwait(false);
        return new BoundedStream(
            response,
            body,
            limit,
            options.RequestTimeout,
            timeProvider,
            () => new MaasApiException($"{request}: the answer is longer than {limit} bytes.", status));
    }

    /// <summary>Sends a request until it is answered, and reads the answer; the reader takes the response over.</summary>
    private async Task<T> RetryAsync<T>(
        MaasRequest request,
        Func<HttpResponseMessage, CancellationToken, Task<T>> read,
        CancellationToken cancellationToken)
    {
        var mayHaveHappened = false;
        for (var attempt = 1; ; attempt++)
        {
            TimeSpan wait;
            try
            {
                return await TryAsync(request, read, cancellationToken).ConfigureAwait(false);
            }
            catch (MaasApiException exception) when (WaitAfter(request, exception, attempt) is { } asked)
            {
                wait = asked;
            }
            catch (MaasApiException exception) when (mayHaveHappened && IsGone(request, exception))
            {
                return await read(new HttpResponseMessage(HttpStatusCode.NoContent), cancellationToken).ConfigureAwait(false);
            }
            catch (Exception exception) when (
                request.IsIdempotent && attempt < options.MaximumAttempts && IsConnectionFailure(exception))
            {
                mayHaveHappened = true;
                wait = Backoff(attempt);
            }

            await Task.Delay(wait, timeProvider, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task<T> TryAsync<T>(
        MaasRequest request,
        Func<HttpResponseMessage, CancellationToken, Task<T>> read,
        CancellationToken cancellationToken)
    {
        using var timer = new CancellationTokenSource(options.RequestTimeout, timeProvider);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timer.Token, cancellationToken);
        using var message = new HttpRequestMessage(request.Method, request.Uri) { Content = request.Content?.Invoke() };
        message.Headers.Accept.ParseAdd("application/json, */*;q=0.9");
        if (key is not null) message.Headers.Authorization = OAuthSigner.Sign(key, timeProvider);
        HttpResponseMessage? response = null;
        var handedOver = false;
        try
        {
            response = await http.SendAsync(message, HttpCompletionOption.ResponseHeadersRead, either.Token).ConfigureAwait(false);
            if (!response.IsSuccessStatusCode)
                throw await ErrorAnswer.ReadAsync(request, response, timeProvider, either.Token).ConfigureAwait(false);
            var result = await read(response, either.Token).ConfigureAwait(false);
            handedOver = result is Stream;
            return result;
        }
        catch (OperationCanceledException exception) when (timer.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException($"{request}: no answer within {options.RequestTimeout}.", exception);
        }
        finally
        {
            if (!handedOver) response?.Dispose();
        }
    }

    /// <summary>How long to wait before the next attempt; null for no other attempt.</summary>
    private TimeSpan? WaitAfter(MaasRequest request, MaasApiException exception, int attempt)
    {
        if (exception.StatusCode != HttpStatusCode.ServiceUnavailable || attempt >= options.MaximumAttempts) return null;
        // With Retry-After the server says that it has not performed the request.
        if (exception.RetryAfter is { } asked) return asked <= options.MaximumRetryDelay ? asked : null;
        return request.IsIdempotent ? Backoff(attempt) : null;
    }

    private TimeSpan Backoff(int attempt)
    {
        var wait = options.RetryDelay * Math.Pow(2, Math.Min(attempt - 1, 20));
        return wait < options.MaximumRetryDelay ? wait : options.MaximumRetryDelay;
    }

    private static bool IsConnectionFailure(Exception exception) => exception switch
    {
        HttpRequestException
        {
            HttpRequestError: HttpRequestError.Unknown or HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError
                or HttpRequestError.ResponseEnded or HttpRequestError.HttpProtocolError,
        } => true,
        HttpIOException { HttpRequestError: HttpRequestError.ResponseEnded or HttpRequestError.Unknown } => true,
        _ => false,
    };

    // The attempt before, of which no answer came back, has removed it.
    private static bool IsGone(MaasRequest request, MaasApiException exception) =>
        request.Method == HttpMethod.Delete && exception.StatusCode == HttpStatusCode.NotFound;

    private static async ValueTask<bool> MoveNextAsync<T>(MaasRequest request, IAsyncEnumerator<T> elements)
    {
        try
        {
            return await elements.MoveNextAsync().ConfigureAwait(false);
        }
        catch (JsonException exception)
        {
            throw Unreadable(request, HttpStatusCode.OK, exception);
        }
    }

    private static T Demand<T>(MaasRequest request, T? value)
        where T : class => value ?? throw new MaasApiException($"{request}: the answer is empty.", HttpStatusCode.OK);

    private static MaasApiException Unreadable(MaasRequest request, HttpStatusCode status, JsonException exception) =>
        new($"{request}: the answer is not what MAAS sends: {ErrorAnswer.OneLine(exception.Message)}", status, "", exception);

    private JsonTypeInfo<T> TypeInfo<T>() => (JsonTypeInfo<T>)json.GetTypeInfo(typeof(T));
}
