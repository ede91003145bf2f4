using Maas.Api.OAuth;
using Maas.Api.Requests;
using Maas.Api.Results;
using Maas.Core;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Maas.Api.Routing;

/// <summary>
/// Runs the endpoints: credentials, permission, body, arguments, handler, in that order. A body is read only for a caller who may perform
/// an operation, only up to the length that it needs, and only when the memory for all bodies has room for it.
/// </summary>
internal sealed partial class OperationInvoker(ApiServices services, BodyBudget bodies, ILogger<OperationInvoker> logger)
{
    /// <summary>Responds to a request that was routed to <paramref name="endpoint"/>.</summary>
    public async Task InvokeAsync(HttpContext http, ApiEndpoint endpoint)
    {
        ResponseHeaders.AddTo(http.Response, services.Time);
        // A command that was logged in before this server had all its operations learns by it to read them again.
        if (endpoint.Resource is { } resource && resource.Path.StartsWith("api/2.0/", StringComparison.Ordinal))
            http.Response.Headers["X-MAAS-API-Hash"] =
                endpoint.Mount.HashOf(http.Request.PathBase.Add(endpoint.Prefix).Value ?? "");
        ApiResult? failure;
        try
        {
            var result = endpoint.Kind switch
            {
                ApiEndpointKind.Operation => await RunAsync(http, endpoint).ConfigureAwait(false),
                ApiEndpointKind.OperationInBody => await SelectByBodyAsync(http, endpoint).ConfigureAwait(false),
                ApiEndpointKind.UnknownOperation => await RefuseOperationAsync(http, endpoint).ConfigureAwait(false),
                _ => ApiResults.Text(
                    $"Unknown API endpoint: {http.Request.PathBase.Value}{http.Request.Path.Value}.", StatusCodes.Status404NotFound),
            };
            if (result is not null) await result.SendAsync(http.Response, http.RequestAborted).ConfigureAwait(false);
            return;
        }
        catch (BadHttpRequestException exception) when (!http.Response.HasStarted)
        {
            failure = ApiResults.Text("The request could not be read.", exception.StatusCode);
        }
        catch (QuotaExceededException exception) when (!http.Response.HasStarted)
        {
            failure = ApiResults.Text(exception.Message, StatusCodes.Status507InsufficientStorage);
        }
        catch (StoreFullException exception) when (!http.Response.HasStarted)
        {
            // Not 503: gomaasapi would repeat the request at once, and space comes from an administrator.
            failure = ApiResults.Text(exception.Message, StatusCodes.Status507InsufficientStorage) with
            {
                Headers = [new("Retry-After", "60")],
            };
        }
        catch (StoreUnavailableException exception) when (!http.Response.HasStarted)
        {
            LogUnavailable(exception, http.Request.Method, LogText.From(http.Request.Path.Value));
            failure = ApiResults.Busy("The server's database does not answer. Try again later.", TimeSpan.FromSeconds(5));
        }
        catch (Exception exception) when (!http.RequestAborted.IsCancellationRequested)
        {
            LogFailed(exception, http.Request.Method, LogText.From(http.Request.Path.Value));
            // A response that has begun cannot be taken back: the server closes the connection, and the client sees that it is incomplete.
            if (http.Response.HasStarted || http.Response.BodyWriter is { CanGetUnflushedBytes: true, UnflushedBytes: > 0 }) throw;
            failure = ApiResults.Text("The server failed to answer. Its log says why.", StatusCodes.Status500InternalServerError);
        }

        await failure.SendAsync(http.Response, http.RequestAborted).ConfigureAwait(false);
    }

    private async Task<ApiResult> RunAsync(HttpContext http, ApiEndpoint endpoint)
    {
        var action = endpoint.Action;
        var authentication = await AuthenticateAsync(http, endpoint.Actions).ConfigureAwait(false);
        if (AccessRules.Deny(action, authentication) is { } denied) return denied;
        var query = ApiQuery.Of(http);
        if (query.Form is not { } arguments) return TooManyParameters;
        var body = RequestForm.Empty;
        IDisposable? memory = null;
        if (http.Features.Get<SelectingBody>() is { } read) body = read.Form;
        else if (action.TakesForm)
        {
            (var form, memory, var refusal) = await ReadFormAsync(http, action.LongestForm, authentication).ConfigureAwait(false);
            if (form is null) return refusal!; // one of the two is set
            body = form;
        }

        using var held = memory;
        // The body names an operation, and the resource has no other for this method.
        if ((query.OpInPath ?? query.Op ?? ApiQuery.NotEmpty(body["op"])) is { } op && op != action.Op)
            return NoSuchOperation(endpoint, action.Method, op);
        if (ActionArguments.Refuse(action, arguments, body) is { } undeclared) return undeclared;
        if (services.Options.VerifyArguments) (arguments, body) = (arguments.Only(action.Accepts), body.Only(action.Accepts));
        return await action.Handler(new ApiRequest
        {
            Http = http,
            Services = services,
            Endpoint = endpoint,
            Caller = authentication.Caller,
            Query = arguments,
            Body = body,
            ReadNames = endpoint.Resource is { IsMetadata: true } ? null
                : await services.Core.Dns.GetAsync(http.RequestAborted).ConfigureAwait(false),
        }).ConfigureAwait(false);
    }

    /// <summary>
    /// Reads the body, which may name the operation, when the caller may perform any that it could name; then runs the endpoint of that
    /// operation with the policies that the application added to it.
    /// </summary>
    private async Task<ApiResult?> SelectByBodyAsync(HttpContext http, ApiEndpoint endpoint)
    {
        var authentication = await AuthenticateAsync(http, endpoint.Actions).ConfigureAwait(false);
        var allowed = endpoint.Actions.Where(action => AccessRules.Deny(action, authentication) is null).ToList();
        if (allowed.Count == 0) return AccessRules.Deny(endpoint.Actions[0], authentication);
        if (ApiQuery.Of(http).Form is null) return TooManyParameters;
        var (body, memory, refusal) = await ReadFormAsync(http, allowed.Max(action => action.LongestForm), authentication)
            .ConfigureAwait(false);
        if (body is null) return refusal;
        using var held = memory;
        var op = ApiQuery.NotEmpty(body["op"]);
        if (endpoint.Actions.FirstOrDefault(action => action.Op == op) is not { } selected)
            return NoSuchOperation(endpoint, endpoint.Method!, op);

        http.Features.Set(new SelectingBody(body));
        var target = endpoint.Mount.EndpointOf(http, selected);
        http.SetEndpoint(target); // logs and metrics name the operation
        if (endpoint.Mount.Authorize is { } authorize) await authorize(http).ConfigureAwait(false);
        else if (target.RequestDelegate is { } run) await run(http).ConfigureAwait(false);
        return null;
    }

    private static async Task<ApiResult> RefuseOperationAsync(HttpContext http, ApiEndpoint endpoint)
    {
        var actions = endpoint.Resource!.Actions; // the kind has one
        var method = ApiMount.MethodOf(http);
        var authentication = await AuthenticateAsync(http, actions).ConfigureAwait(false);
        if (authentication.Refusal is { } refusal && !actions.All(action => action.Access == ApiAccess.Public)) return refusal;
        var query = ApiQuery.Of(http);
        return query.Form is null ? TooManyParameters : NoSuchOperation(endpoint, method, query.OpInPath ?? query.Op);
    }

    /// <summary>Checks the credentials, where any of the operations needs them.</summary>
    private static async Task<Authentication> AuthenticateAsync(HttpContext http, IReadOnlyList<ApiAction> actions)
    {
        if (actions.All(action => action.Access == ApiAccess.Public)) return Authentication.None;
        var result = await http.AuthenticateAsync(MaasApiAuthentication.Scheme).ConfigureAwait(false);
        if (result.Principal is { } principal) http.User = principal;
        return http.Features.Get<Authentication>() ?? Authentication.None;
    }

    private async Task<(RequestForm? Form, IDisposable? Memory, ApiResult? Refusal)> ReadFormAsync(
        HttpContext http,
        long longest,
        Authentication authentication)
    {
        var options = services.Options;
        var limit = Math.Min(longest, authentication.Refusal is null ? options.BodyLimit : options.AnonymousBodyLimit);
        if (http.Request.ContentLength > limit) return (null, null, ApiResults.TooLarge(limit));
        if (await bodies.ReserveForAsync(http, http.Request.ContentLength ?? limit).ConfigureAwait(false) is not { } memory)
            return (null, null, BodyBudget.UsedUp);
        ApiResult refusal;
        try
        {
            switch (await RequestBody.ReadFormAsync(http.Request, limit, http.RequestAborted).ConfigureAwait(false))
            {
                case FormParse.Read read: return (read.Form, memory, null);
                case FormParse.Malformed malformed: refusal = ApiResults.BadRequest(malformed.Reason); break;
                case FormParse.TooLarge tooLarge: refusal = ApiResults.TooLarge(tooLarge.Limit); break;
                default: throw new System.Diagnostics.UnreachableException();
            }
        }
        catch
        {
            memory.Dispose();
            throw;
        }

        memory.Dispose();
        return (null, null, refusal);
    }

    private static ApiResult TooManyParameters => ApiResults.BadRequest("The query has too many parameters.");

    private static ApiResult NoSuchOperation(ApiEndpoint endpoint, string method, string? op)
    {
        var resource = endpoint.Resource!; // operations have one
        if (resource.Path.StartsWith("api/1.0/", StringComparison.Ordinal) && resource.Actions.Any(action => action.Method == method))
            return ApiResults.BadRequest(op is null ? "Unknown operation." : $"Unknown operation: '{op}'.");
        if (op is not null) return ApiResults.BadRequest($"Unrecognised signature: method={method} op={op}");
        var plain = resource.Actions.Where(action => action.Op is null).Select(action => action.Method).Distinct(StringComparer.Ordinal);
        return ApiResults.Text("Method Not Allowed", StatusCodes.Status405MethodNotAllowed) with
        {
            Headers = [new("Allow", string.Join(", ", plain))]
        };
    }

    [LoggerMessage(EventId = 1, Level = LogLevel.Error, Message = "Operation {Method} {Path} failed")]
    private partial void LogFailed(Exception exception, string method, string path);

    [LoggerMessage(EventId = 3, Level = LogLevel.Warning, Message = "Operation {Method} {Path} was refused: the store is unavailable")]
    private partial void LogUnavailable(Exception exception, string method, string path);

    /// <summary>A body that was read to select the operation.</summary>
    private sealed record SelectingBody(RequestForm Form);
}
