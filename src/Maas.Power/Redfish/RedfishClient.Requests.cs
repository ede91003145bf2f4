using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Maas.Power.Control;
using Maas.Power.Http;

namespace Maas.Power.Redfish;

public sealed partial class RedfishClient
{
    private async Task<JsonElement> GetRootAsync(CancellationToken cancellationToken)
    {
        // The service root needs no login (DSP0266 section 13.3.3).
        _root ??= Parse(await SendOnceAsync(HttpMethod.Get, Root, null, null, cancellationToken).ConfigureAwait(false), Root);
        return _root.Value;
    }

    private async Task<JsonElement> GetAsync(string path, CancellationToken cancellationToken) =>
        Parse(await SendAsync(HttpMethod.Get, path, null, null, cancellationToken).ConfigureAwait(false), path);

    private async Task<IReadOnlyList<string>> ListMembersAsync(string path, CancellationToken cancellationToken)
    {
        List<string> members = [];
        string? next = path;
        for (var page = 0; next is not null && page < MostPages && members.Count < MostMembers; page++)
        {
            var collection = await GetAsync(next, cancellationToken).ConfigureAwait(false);
            members.AddRange(collection.Links("Members"));
            next = collection.Property("Members@odata.nextLink") is { ValueKind: JsonValueKind.String } link
                && link.GetString() is { } other && other.StartsWith('/') && !other.StartsWith("//", StringComparison.Ordinal)
                ? other
                : null;
        }

        return members.Count <= MostMembers ? members : members[..MostMembers];
    }

    private async Task PatchAsync(string path, JsonObject body, RedfishETagUse use, CancellationToken cancellationToken)
    {
        string? tag = null;
        if (use != RedfishETagUse.Never)
        {
            var reply = await SendAsync(HttpMethod.Get, path, null, null, cancellationToken).ConfigureAwait(false);
            tag = Parse(reply, path).Text("@odata.etag") ?? reply.Headers.ETag?.ToString();
            if (use == RedfishETagUse.Strong) tag = Strong(tag);
        }

        try
        {
            await SendAsync(HttpMethod.Patch, path, body, tag, cancellationToken).ConfigureAwait(false);
        }
        catch (RedfishException e) when (e.Status == HttpStatusCode.PreconditionFailed && tag is not null)
        {
            // Some services give a weak tag and compare strong ones, others give one and take none.
            try
            {
                await SendAsync(
                    HttpMethod.Patch, path, body, tag == Strong(tag) ? null : Strong(tag), cancellationToken).ConfigureAwait(false);
            }
            catch (RedfishException again) when (again.Status == HttpStatusCode.PreconditionFailed)
            {
                await SendAsync(HttpMethod.Patch, path, body, "*", cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private static string? Strong(string? tag) => tag?.StartsWith("W/", StringComparison.Ordinal) == true ? tag[2..] : tag;

    private async Task<HttpReply> SendAsync(
        HttpMethod method, string path, JsonObject? body, string? tag, CancellationToken cancellationToken)
    {
        await LogInAsync(cancellationToken).ConfigureAwait(false);
        var reply = await SendOnceAsync(method, path, body, tag, cancellationToken).ConfigureAwait(false);
        if (reply.Status == HttpStatusCode.Unauthorized && _session is not null && method != HttpMethod.Delete)
        {
            // The service ended the session, as it may after a while: once more.
            (_isLoggedIn, _session, _token) = (false, null, null);
            await LogInAsync(cancellationToken).ConfigureAwait(false);
            reply = await SendOnceAsync(method, path, body, tag, cancellationToken).ConfigureAwait(false);
        }

        // Some services know a path with a slash at its end only.
        if (reply.Status == HttpStatusCode.NotFound && method == HttpMethod.Get && !path.EndsWith('/'))
            reply = await SendOnceAsync(method, path + "/", body, tag, cancellationToken).ConfigureAwait(false);
        return reply.IsSuccess ? reply : throw Refusal(reply);
    }

    private async Task LogInAsync(CancellationToken cancellationToken)
    {
        if (_isLoggedIn || _settings.UserName.Length == 0) return;
        var root = await GetRootAsync(cancellationToken).ConfigureAwait(false);
        await _login.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (_isLoggedIn) return;
            if (root.Property("Links")?.Link("Sessions") is { } sessions)
            {
                var body = new JsonObject { ["UserName"] = _settings.UserName, ["Password"] = _settings.Password };
                var reply = await SendOnceAsync(HttpMethod.Post, sessions, body, null, cancellationToken).ConfigureAwait(false);
                if (reply.Status is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden)
                {
                    throw new RedfishException(
                        PowerFailure.CredentialsRefused, "The service refuses the user or the password.", reply.Status);
                }

                if (reply.IsSuccess && reply.Headers.TryGetValues("X-Auth-Token", out var tokens))
                {
                    _token = tokens.First();
                    // Some services give the whole address; only its path is used.
                    _session = reply.Headers.Location is { } location
                        ? location.IsAbsoluteUri ? location.AbsolutePath : location.OriginalString
                        : Parse(reply, sessions).Id();
                    if (_session?.StartsWith('/') != true) _session = null;
                }
            }

            // A service without sessions, or without one to spare, takes the password with each request.
            _isLoggedIn = true;
        }
        finally
        {
            _login.Release();
        }
    }

    private async Task<HttpReply> SendOnceAsync(
        HttpMethod method, string path, JsonObject? body, string? tag, CancellationToken cancellationToken)
    {
        try
        {
            using var request = Request(method, path, body, tag);
            var reply = await _http.SendAsync(request, cancellationToken).ConfigureAwait(false);
            // A redirect to another path of this service, such as one with a slash at its end.
            if ((int)reply.Status is not (301 or 302 or 307 or 308)
                || method != HttpMethod.Get
                || reply.Headers.Location is not { } location)
                return reply;
            var target = new Uri(new Uri(_settings.Address, path), location);
            if (target.Authority != _settings.Address.Authority || target.Scheme != _settings.Address.Scheme) return reply;
            using var again = Request(method, target.PathAndQuery, body, tag);
            return await _http.SendAsync(again, cancellationToken).ConfigureAwait(false);
        }
        catch (PowerFailureException e)
        {
            throw new RedfishException(e.Failure, e.Message);
        }
    }

    private HttpRequestMessage Request(HttpMethod method, string path, JsonObject? body, string? tag)
    {
        var request = new HttpRequestMessage(method, new Uri(_settings.Address, path));
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
        request.Headers.TryAddWithoutValidation("OData-Version", "4.0");
        if (tag is not null) request.Headers.TryAddWithoutValidation("If-Match", tag);
        if (_token is not null) request.Headers.TryAddWithoutValidation("X-Auth-Token", _token);
        else if (_isLoggedIn)
        {
            request.Headers.Authorization = new AuthenticationHeaderValue(
                "Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{_settings.UserName}:{_settings.Password}")));
        }

        if (body is not null) request.Content = new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json");
        return request;
    }

    private static JsonElement Parse(HttpReply reply, string path)
    {
        if (!reply.IsSuccess) throw Refusal(reply);
        return RedfishJson.TryParse(reply.Body, out var root)
            ? root
            : throw Unintelligible($"{LogText.From(path)} is no JSON object");
    }

    private static RedfishException Refusal(HttpReply reply)
    {
        var failure = reply.Status switch
        {
            HttpStatusCode.Unauthorized => PowerFailure.CredentialsRefused,
            HttpStatusCode.Forbidden => PowerFailure.PermissionDenied,
            HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests or HttpStatusCode.BadGateway
                or HttpStatusCode.ServiceUnavailable or HttpStatusCode.GatewayTimeout or HttpStatusCode.InternalServerError =>
                PowerFailure.TimedOut,
            // That something is not found too: a controller that restarts answers so for a while.
            _ => PowerFailure.CommandRefused,
        };
        // What the service says is in one message, or in a list of extended information (DSP0266 section 8.6).
        var words = "";
        if (RedfishJson.TryParse(reply.Body, out var root) && root.Property("error") is { } error)
        {
            words = error.Items("@Message.ExtendedInfo").Select(info => info.Text("Message")).FirstOrDefault(text => text is not null)
                ?? error.Text("message") ?? "";
        }

        return new RedfishException(
            failure,
            $"The Redfish service refused the request with status {(int)reply.Status}. {LogText.From(words, 300)}".TrimEnd(),
            reply.Status);
    }
}
