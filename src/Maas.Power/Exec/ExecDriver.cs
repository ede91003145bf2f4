using Maas.Power.Control;
using Maas.Power.Tools;

namespace Maas.Power.Exec;

/// <summary>
/// Power type <c>exec</c>: a program of the operator switches the machine, such as a script around a vendor's tool.
/// </summary>
/// <remarks>
/// <para>The program gets one argument: <c>on</c>, <c>off</c>, <c>shutdown</c>, <c>status</c>, <c>boot-network</c> or <c>boot-disk</c>. It
/// gets the machine's parameters in its environment, each as <c>MAAS_</c> and its name in capitals (<c>MAAS_POWER_ADDRESS</c>), and none in
/// its arguments, which every user of the host could read. For <c>status</c> it prints <c>on</c> or <c>off</c>.</para>
/// <para>Exit code 0 is success, 2 "this cannot be done", 3 "refused credentials", which is not tried again, 4 "try again"; any other is a
/// refusal. What it prints to standard error becomes the reason, without the values of secret parameters.</para>
/// </remarks>
public sealed class ExecDriver : IPowerDriver
{
    private readonly ExecOptions _options;
    private readonly IToolRunner _tools;
    private readonly TimeProvider _timeProvider;
    private readonly PowerConversations _conversations;

    /// <summary>Makes a driver.</summary>
    public ExecDriver(ExecOptions? options = null, TimeProvider? timeProvider = null)
        : this(options ?? new(), timeProvider ?? TimeProvider.System, new ToolProcess())
    {
    }

    internal ExecDriver(ExecOptions options, TimeProvider timeProvider, IToolRunner tools)
    {
        (_options, _timeProvider, _tools) = (options, timeProvider, tools);
        _conversations = new PowerConversations(options.Timing, timeProvider, new PowerConnector(ConnectAsync, _ => null));
    }

    /// <inheritdoc/>
    public IReadOnlyList<string> PowerTypes { get; } = ["exec"];

    /// <inheritdoc/>
    public Task<PowerResult> QueryAsync(PowerTarget target, CancellationToken cancellationToken) =>
        WithProgram(() => _conversations.QueryAsync(target, cancellationToken));

    /// <inheritdoc/>
    public Task<PowerResult> TurnOnAsync(PowerTarget target, CancellationToken cancellationToken) =>
        WithProgram(() => _conversations.TurnOnAsync(target, cancellationToken));

    /// <inheritdoc/>
    public Task<PowerResult> TurnOffAsync(PowerTarget target, PowerOffMode mode, CancellationToken cancellationToken) =>
        WithProgram(() => _conversations.TurnOffAsync(target, mode, cancellationToken));

    /// <inheritdoc/>
    public Task<PowerResult> SetNextBootAsync(PowerTarget target, NextBoot device, CancellationToken cancellationToken) =>
        WithProgram(() => _conversations.RunAsync(
            target,
            async (conversation, stop) =>
            {
                var from = device == NextBoot.Network ? "network" : "disk";
                await ((ExecConversation)conversation).RunAsync($"boot-{from}", stop).ConfigureAwait(false);
                return new PowerResult.Accepted($"The program took note: next boot from the {from}.");
            },
            cancellationToken));

    /// <inheritdoc/>
    public string? Validate(PowerTarget target) => _options.Program is null ? NotConfigured : null;

    private const string NotConfigured = "The power type exec is switched off: this host's configuration names no program (ExecOptions).";

    private Task<PowerResult> WithProgram(Func<Task<PowerResult>> ask) => _options.Program is null
        ? Task.FromResult<PowerResult>(new PowerResult.Failed(PowerFailure.BadParameters, NotConfigured))
        : AskAsync(ask);

    private static async Task<PowerResult> AskAsync(Func<Task<PowerResult>> ask)
    {
        try
        {
            return await ask().ConfigureAwait(false);
        }
        catch (UnsupportedException e)
        {
            return new PowerResult.Unsupported(e.Message);
        }
    }

    private Task<IPowerConversation> ConnectAsync(PowerTarget target, CancellationToken cancellationToken) =>
        Task.FromResult<IPowerConversation>(
            new ExecConversation(_options.Program!, target, _tools, _options.CommandTimeout, _timeProvider)); // WithProgram checked it

    private sealed class UnsupportedException(string reason) : Exception(reason);

    private sealed class ExecConversation(
        string program, PowerTarget target, IToolRunner tools, TimeSpan longest, TimeProvider timeProvider) : IPowerConversation
    {
        private const int CannotBeDone = 2;
        private const int RefusedCredentials = 3;
        private const int TryAgain = 4;

        public string? Note => null;

        public async Task<PowerState> QueryAsync(CancellationToken cancellationToken)
        {
            var output = await RunAsync("status", cancellationToken).ConfigureAwait(false);
            return output.Trim().ToUpperInvariant() switch
            {
                "ON" => PowerState.On,
                "OFF" => PowerState.Off,
                _ => throw new PowerFailureException(PowerFailure.Unintelligible, "The program printed neither on nor off."),
            };
        }

        public Task SwitchAsync(PowerSwitch command, CancellationToken cancellationToken) => RunAsync(
            command switch
            {
                PowerSwitch.On => "on",
                PowerSwitch.Off => "off",
                _ => "shutdown",
            },
            cancellationToken);

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;

        public async Task<string> RunAsync(string command, CancellationToken cancellationToken)
        {
            var request = new ToolRequest(program, [command], target.ToEnvironment());
            var run = await tools.RunWithinAsync(request, longest, timeProvider, cancellationToken).ConfigureAwait(false);
            if (run.Code == 0) return run.Output;
            var said = target.Redact(LogText.From(run.Error, 300));
            var reason = $"The program ended with exit code {run.Code}{(said.Length > 0 ? $": {said}" : "")}.";
            throw run.Code switch
            {
                CannotBeDone => new UnsupportedException(reason),
                RefusedCredentials => new PowerFailureException(PowerFailure.CredentialsRefused, reason),
                TryAgain => new PowerFailureException(PowerFailure.TimedOut, reason),
                _ => new PowerFailureException(PowerFailure.CommandRefused, reason),
            };
        }
    }
}
