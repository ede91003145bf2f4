using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.RegularExpressions;
using Maas.Power.Control;
using Maas.Power.Http;

namespace Maas.Power.Webhook;

/// <summary>
/// MAAS's power type <c>webhook</c>: URLs turn the machine on and off and tell its state. Smart plugs, PDUs and relay boards with an HTTP
/// interface are controlled by it.
/// </summary>
/// <remarks>
/// Parameters, as in MAAS: <c>power_on_uri</c>, <c>power_off_uri</c> (POST), <c>power_query_uri</c> (GET), <c>power_on_regex</c>
/// (default <c>status.*\:.*running</c>), <c>power_off_regex</c> (default <c>status.*\:.*stopped</c>), <c>power_user</c> and
/// <c>power_pass</c>, or <c>power_token</c> (a bearer token), <c>power_verify_ssl</c> (<c>n</c> accepts any certificate; without it,
/// unlike in MAAS, certificates are verified). Of this package: <c>power_tls_fingerprint</c>; <c>power_method</c>, <c>GET</c> for plugs
/// that switch by GET; <c>system_id</c>, sent as MAAS's header <c>System_Id</c>.
/// </remarks>
public sealed class WebhookDriver : IPowerDriver
{
    private const string DefaultOn = @"status.*\:.*running";
    private const string DefaultOff = @"status.*\:.*stopped";
    private const int LongestPattern = 1024;

    private static readonly TimeSpan LongestMatch = TimeSpan.FromSeconds(1);

    private readonly WebhookOptions _options;
    private readonly TimeProvider _timeProvider;
    private readonly PowerConversations _conversations;

    /// <summary>Makes a driver; without arguments, one with the options' defaults and the system's clock.</summary>
    public WebhookDriver(WebhookOptions? options = null, TimeProvider? timeProvider = null)
    {
        (_options, _timeProvider) = (options ?? new(), timeProvider ?? TimeProvider.System);
        _conversations = new PowerConversations(_options.Timing, _timeProvider, new PowerConnector(ConnectAsync, _ => null));
    }

    /// <inheritdoc/>
    public IReadOnlyList<string> PowerTypes { get; } = ["webhook"];

    /// <inheritdoc/>
    public Task<PowerResult> QueryAsync(PowerTarget target, CancellationToken cancellationToken) =>
        _conversations.QueryAsync(target, cancellationToken);

    /// <inheritdoc/>
    public Task<PowerResult> TurnOnAsync(PowerTarget target, CancellationToken cancellationToken) =>
        _conversations.TurnOnAsync(target, cancellationToken);

    /// <inheritdoc/>
    public Task<PowerResult> TurnOffAsync(PowerTarget target, PowerOffMode mode, CancellationToken cancellationToken) =>
        mode == PowerOffMode.Soft
            ? Task.FromResult<PowerResult>(new PowerResult.Unsupported("A webhook has no request that shuts an operating system down."))
            : _conversations.TurnOffAsync(target, mode, cancellationToken);

    /// <inheritdoc/>
    public Task<PowerResult> SetNextBootAsync(PowerTarget target, NextBoot device, CancellationToken cancellationToken) =>
        Task.FromResult<PowerResult>(new PowerResult.Unsupported("A webhook has no request that chooses the boot device."));

    /// <inheritdoc/>
    public string? Validate(PowerTarget target)
    {
        foreach (var (name, label) in new[]
        {
            ("power_on_uri", "URI to power on the node"),
            ("power_off_uri", "URI to power off the node"),
            ("power_query_uri", "URI to query the nodes power status"),
        })
        {
            if (target[name] is null) return $"{label}: This field is required."; // MAAS-WORDING
        }

        return TryRead(target, out _, out var problem) ? null : problem;
    }

    private Task<IPowerConversation> ConnectAsync(PowerTarget target, CancellationToken cancellationToken) =>
        TryRead(target, out var hooks, out var problem) && hooks is not null
            ? Task.FromResult<IPowerConversation>(
                new WebhookConversation(hooks, new ControllerHttp(hooks.Trust, _options.Http, _timeProvider)))
            : throw new PowerFailureException(PowerFailure.BadParameters, problem);

    private static bool TryRead(PowerTarget target, out Hooks? hooks, out string problem)
    {
        hooks = null;
        if (!TlsTrust.TryRead(target, out var trust, out problem)) return false;
        if (!TryUrl("power_on_uri", out var on)
            || !TryUrl("power_off_uri", out var off)
            || !TryUrl("power_query_uri", out var query)
            || !TryPattern("power_on_regex", DefaultOn, out var isOn)
            || !TryPattern("power_off_regex", DefaultOff, out var isOff))
        {
            problem = Wrong();
            return false;
        }

        var user = target["power_user"];
        var token = target.ReadSecret("power_token").Trim();
        if (user?.Contains(':', StringComparison.Ordinal) == true || token.Any(c => c is <= ' ' or > '~'))
        {
            problem = "Parameter power_user must have no colon, and power_token only printable characters without blanks.";
            return false;
        }

        var password = target.ReadSecret("power_pass");
        var authorization = token.Length > 0 ? new AuthenticationHeaderValue("Bearer", token)
            : user is not null && password.Length > 0
                ? new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user}:{password}")))
                : null;
        var method = string.Equals(target["power_method"], "GET", StringComparison.OrdinalIgnoreCase) ? HttpMethod.Get : HttpMethod.Post;
        hooks = new Hooks(on, off, query, isOn, isOff, authorization, method, target["system_id"], trust);
        return true;

        bool TryUrl(string name, out Uri url)
        {
            url = new Uri("http://invalid/");
            if (!Uri.TryCreate(target[name], UriKind.Absolute, out var parsed) || parsed.Scheme is not ("http" or "https")) return false;
            url = parsed;
            return true;
        }

        bool TryPattern(string name, string usual, out Regex pattern)
        {
            var text = target[name] ?? usual;
            pattern = Compile(usual);
            try
            {
                if (text.Length > LongestPattern) return false;
                pattern = Compile(text);
                return true;
            }
            catch (ArgumentException)
            {
                return false;
            }
        }

        string Wrong()
        {
            foreach (var name in new[] { "power_on_uri", "power_off_uri", "power_query_uri" })
                if (!TryUrl(name, out _)) return $"Parameter {name} must be an http or https address.";
            var wrong = TryPattern("power_on_regex", DefaultOn, out _) ? "power_off_regex" : "power_on_regex";
            return $"Parameter {wrong} must be a regular expression of at most {LongestPattern} characters.";
        }
    }

    // Without backtracking a pattern takes time in proportion to the text; one with look-around or references gets a time limit.
    private static Regex Compile(string pattern)
    {
        try
        {
            return new Regex(pattern, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant, LongestMatch);
        }
        catch (NotSupportedException)
        {
            return new Regex(pattern, RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, LongestMatch);
        }
    }

    private sealed record Hooks(
        Uri On,
        Uri Off,
        Uri Query,
        Regex IsOn,
        Regex IsOff,
        AuthenticationHeaderValue? Authorization,
        HttpMethod Method,
        string? SystemId,
        TlsTrust Trust);

    private sealed class WebhookConversation(Hooks hooks, ControllerHttp http) : IPowerConversation
    {
        public string? Note => null;

        public async Task<PowerState> QueryAsync(CancellationToken cancellationToken)
        {
            var reply = await SendAsync(HttpMethod.Get, hooks.Query, cancellationToken).ConfigureAwait(false);
            var text = Encoding.UTF8.GetString(reply.Body);
            try
            {
                return hooks.IsOn.IsMatch(text) ? PowerState.On
                    : hooks.IsOff.IsMatch(text) ? PowerState.Off
                    : throw new PowerFailureException(
                        PowerFailure.Unintelligible, "The answer fits neither power_on_regex nor power_off_regex.");
            }
            catch (RegexMatchTimeoutException)
            {
                throw new PowerFailureException(PowerFailure.Unintelligible, "The regular expression takes too long for the answer.");
            }
        }

        public Task SwitchAsync(PowerSwitch command, CancellationToken cancellationToken) =>
            SendAsync(hooks.Method, command == PowerSwitch.On ? hooks.On : hooks.Off, cancellationToken);

        public ValueTask DisposeAsync()
        {
            http.Dispose();
            return ValueTask.CompletedTask;
        }

        private async Task<HttpReply> SendAsync(HttpMethod method, Uri url, CancellationToken cancellationToken)
        {
            var reply = await SendOnceAsync(method, url, cancellationToken).ConfigureAwait(false);
            // As MAAS does: some servers know a path with a slash at its end only.
            if (reply.Status == HttpStatusCode.NotFound && !url.AbsolutePath.EndsWith('/'))
            {
                var slashed = new UriBuilder(url) { Path = url.AbsolutePath + "/" }.Uri;
                reply = await SendOnceAsync(method, slashed, cancellationToken).ConfigureAwait(false);
            }

            if (reply.IsSuccess) return reply;
            throw new PowerFailureException(
                reply.Status switch
                {
                    HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden => PowerFailure.CredentialsRefused,
                    HttpStatusCode.TooManyRequests or >= HttpStatusCode.InternalServerError => PowerFailure.TimedOut,
                    _ => PowerFailure.CommandRefused,
                },
                $"The webhook answered with status {(int)reply.Status}.");
        }

        private Task<HttpReply> SendOnceAsync(HttpMethod method, Uri url, CancellationToken cancellationToken)
        {
            var request = new HttpRequestMessage(method, url);
            request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
            request.Headers.UserAgent.Add(new ProductInfoHeaderValue("MAAS", null));
            if (hooks.SystemId is { } id && id.All(char.IsAsciiLetterOrDigit)) request.Headers.TryAddWithoutValidation("System_Id", id);
            request.Headers.Authorization = hooks.Authorization;
            return http.SendAsync(request, cancellationToken);
        }
    }
}
