using System.Globalization;
using Maas.Api.Answers;
using Maas.Api.Machines;
using Maas.Api.OAuth;
using Maas.Api.Requests;
using Maas.Core;
using Maas.Core.Store;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Maas.Api.Routing;

/// <summary>
/// Takes a request to the action it asks for: path, credentials, permission, body, in that order. A body is only read from
/// somebody who may do what is asked, only as much of it as that needs, and only when the memory for all bodies has room for it.
/// </summary>
internal sealed partial class Dispatcher(
    RouteTable routes,
    MaasRegion region,
    Authenticator authenticator,
    EnlistmentRateLimiter enlistments,
    BodyBudget bodies,
    IOptions<MaasApiOptions> options,
    TimeProvider timeProvider,
    ILogger<Dispatcher> logger)
{
    /// <summary>Answers <paramref name="http"/>.</summary>
    /// <param name="http">The request.</param>
    /// <param name="prefix">The path the API is mounted under, as clients see it: <c>/MAAS</c>.</param>
    /// <param name="path">The rest of the path.</param>
    public async Task InvokeAsync(HttpContext http, string prefix, string? path)
    {
        // cloud-init sets its clock by this header, so it must be the clock the timestamps are compared with.
        http.Response.Headers.Date = timeProvider.GetUtcNow().ToString("R", CultureInfo.InvariantCulture);
        http.Response.Headers.XContentTypeOptions = "nosniff";
        http.Response.Headers.CacheControl = "no-store";

        ApiResult? failure = null;
        try
        {
            var answer = await AnswerAsync(http, prefix, path).ConfigureAwait(false);
            foreach (var (name, value) in answer.Headers) http.Response.Headers.Append(name, value);
            await answer.WriteAsync(http.Response, http.RequestAborted).ConfigureAwait(false);
        }
        catch (BadHttpRequestException exception) when (!http.Response.HasStarted)
        {
            failure = ApiResults.Text("The request could not be read.", exception.StatusCode);
        }
        catch (Exception exception) when (exception is StoreFullException or QuotaExceededException && !http.Response.HasStarted)
        {
            failure = ApiResults.Text(exception.Message, StatusCodes.Status507InsufficientStorage);
        }
        catch (Exception exception) when (!http.RequestAborted.IsCancellationRequested)
        {
            LogFailed(exception, http.Request.Method, LogText.From(path));
            // An answer that has begun cannot be taken back: the server closes the connection, and the client sees that it is incomplete.
            if (http.Response.HasStarted || http.Response.BodyWriter is { CanGetUnflushedBytes: true, UnflushedBytes: > 0 }) throw;
            failure = ApiResults.Text("The server failed to answer. Its log says why.", StatusCodes.Status500InternalServerError);
        }

        if (failure is not null) await failure.WriteAsync(http.Response, http.RequestAborted).ConfigureAwait(false);
    }

    private async Task<ApiResult> AnswerAsync(HttpContext http, string prefix, string? path)
    {
        var segments = RequestPath.Segments(path);
        var opInPath = TakeOp(ref segments);
        if (routes.Match(segments) is not var (resource, values))
            return ApiResults.Text($"Unknown API endpoint: {prefix}{path}.", StatusCodes.Status404NotFound);

        var method = HttpMethods.IsHead(http.Request.Method) ? HttpMethods.Get : http.Request.Method;
        var actions = resource.Actions.Where(action => action.Method == method).ToList();
        IReadOnlyList<ApiAction> meant = actions.Count > 0 ? actions : resource.Actions; // a wrong method is as private as the right ones
        var open = meant.Any(action => action.Access is Access.Public or Access.UserOrAnonymous);

        var authentication = meant.All(action => action.Access == Access.Public)
            ? Authentication.Nobody
            : await authenticator.AuthenticateAsync(http.Request, http.RequestAborted).ConfigureAwait(false);
        if (!open && authentication.Refusal is { } refused) return refused;

        if (UrlEncodedBody.Parse(http.Request.QueryString.Value is ['?', .. var text]
            ? text
            : "") is not FormParse.Read { Form: var query })
            return ApiResults.BadRequest("The query has too many parameters.");

        // The operation may be in the body. What it can be is known before, and so is whether the caller may ask any of it and how much is
        // read for that.
        var named = First(opInPath, query["op"]);
        var possible = named is null ? actions : actions.FindAll(action => action.Op == named);
        if (possible.Count == 0) return NoSuchAction(resource, authentication, method, named);
        // as the loop has just said
        if (possible.TrueForAll(action => Deny(action.Access, authentication) is not null))
            return Deny(possible[0].Access, authentication)!;
        var body = RequestForm.Empty;
        IDisposable? memory = null;
        if (method is "POST" or "PUT" or "DELETE" && !actions.Exists(action => action.ReadsBody))
        {
            var limit = LimitOf(possible, authentication);
            if (http.Request.ContentLength > limit) return ApiResults.TooLarge(limit);
            memory = await bodies.ReserveForAsync(http, http.Request.ContentLength ?? limit).ConfigureAwait(false);
            if (memory is null) return BodyBudget.UsedUp;
            switch (await RequestBody.ReadFormAsync(http.Request, limit, http.RequestAborted).ConfigureAwait(false))
            {
                case FormParse.Read read: body = read.Form; break;
                case FormParse.Malformed malformed: memory.Dispose(); return ApiResults.BadRequest(malformed.Reason);
                case FormParse.TooLarge tooLarge: memory.Dispose(); return ApiResults.TooLarge(tooLarge.Limit);
            }
        }

        using var held = memory;
        var op = First(opInPath, query["op"], body["op"]);
        if (actions.Find(action => action.Op == op) is not { } asked) return NoSuchAction(resource, authentication, method, op);
        if (Deny(asked.Access, authentication) is { } denied) return denied;
        if (ActionArguments.Refuse(asked, query, body) is { } undeclared) return undeclared;

        // The host's own request metrics then say which of our routes it was; ASP.NET Core sees one for all.
        if (http.Features.Get<IHttpMetricsTagsFeature>() is { } metrics)
        {
            metrics.Tags.Add(new("maas.route", resource.Path));
            metrics.Tags.Add(new("maas.op", asked.Op ?? asked.Name));
        }

        return await asked.Handler(new ApiRequest
        {
            Http = http,
            Region = region,
            Options = options.Value,
            Enlistments = enlistments,
            Time = timeProvider,
            Caller = authentication.Caller,
            Links = new Links(prefix),
            Route = values,
            IsApi10 = resource.Path.StartsWith("api/1.0/", StringComparison.Ordinal),
            Query = query,
            Body = body,
        }).ConfigureAwait(false);
    }

    private long LimitOf(List<ApiAction> possible, Authentication authentication)
    {
        var longest = possible.Where(action => Deny(action.Access, authentication) is null).Max(action => action.LongestForm);
        return Math.Min(longest, authentication.Refusal is null ? options.Value.BodyLimit : options.Value.AnonymousBodyLimit);
    }

    /// <summary>Today's MAAS also takes the operation as the last segment: <c>machines/op-allocate</c>.</summary>
    private static string? TakeOp(ref string[] segments)
    {
        if (segments is not ["api", _, _, .., ['o', 'p', '-', .. { Length: > 0 } op]]) return null;
        segments = segments[..^1];
        return op;
    }

    /// <summary>The first that says something: <c>?op=</c> is how gomaasapi says "none".</summary>
    private static string? First(params ReadOnlySpan<string?> candidates)
    {
        foreach (var candidate in candidates)
            if (!string.IsNullOrEmpty(candidate)) return candidate;
        return null;
    }

    private static ApiResult NoSuchAction(ApiResource resource, Authentication authentication, string method, string? op)
    {
        if (authentication.Refusal is { } refusal && !resource.Actions.All(action => action.Access == Access.Public)) return refusal;
        if (resource.Path.StartsWith("api/1.0/", StringComparison.Ordinal) && resource.Actions.Any(action => action.Method == method))
            return ApiResults.BadRequest(op is null ? "Unknown operation." : $"Unknown operation: '{op}'.");
        if (op is not null) return ApiResults.BadRequest($"Unrecognised signature: method={method} op={op}");
        var plain = resource.Actions.Where(action => action.Op is null).Select(action => action.Method).Distinct(StringComparer.Ordinal);
        return ApiResults.Text("Method Not Allowed", StatusCodes.Status405MethodNotAllowed) with
        {
            Headers = [new("Allow", string.Join(", ", plain))]
        };
    }

    private static ApiResult? Deny(Access access, Authentication authentication) => (access, authentication.Caller) switch
    {
        (Access.Public, _) => null,
        (Access.UserOrAnonymous, Caller.Anonymous) when !authentication.WasTried => null,
        (_, Caller.Anonymous) => authentication.Refusal,
        (Access.Machine, Caller.OfMachine) => null,
        (Access.Machine, _) => ApiResults.Forbidden("Not authenticated as a known node."),
        (_, Caller.OfMachine) => ApiResults.Forbidden("User is not allowed access to this API."),
        (Access.Administrator, Caller.OfUser { User.IsAdministrator: false }) =>
            ApiResults.Forbidden("Forbidden: this takes an administrator."),
        (_, Caller.OfUser) => null,
        _ => ApiResults.Unauthorized("Authorization Error: not known."),
    };

    [LoggerMessage(Level = LogLevel.Error, Message = "Answering {Method} {Path} failed")]
    private partial void LogFailed(Exception exception, string method, string path);
}
