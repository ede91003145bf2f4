using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;

namespace Maas.Hosting.Networks;

/// <summary>
/// What the options are after each change of the configuration. Options that are wrong are logged and left out: the host goes on with those
/// that it has.
/// </summary>
internal sealed partial class OptionsChanges(
    IEnumerable<ReloadedConfiguration> configurations, IEnumerable<IOptionsChangeTokenSource<MaasOptions>> sources,
    IOptionsFactory<MaasOptions> factory, ILogger<OptionsChanges> logger)
{
    private readonly Channel<bool> _changes =
        Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    /// <summary>
    /// Later options, until cancelled. Changes that follow each other quickly are one. One reader at a time; what changes between two of
    /// them is not seen, unless <see cref="Repeat"/> is called.
    /// </summary>
    public async IAsyncEnumerable<MaasOptions> WatchAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        List<IDisposable> registrations =
        [
            .. configurations.Select(each => (Func<IChangeToken>)each.Configuration.GetReloadToken)
                .Concat(sources.Select(each => (Func<IChangeToken>)each.GetChangeToken))
                .Select(token => ChangeToken.OnChange(token, Repeat)),
        ];
        try
        {
            await foreach (var _ in _changes.Reader.ReadAllAsync(cancellationToken).ConfigureAwait(false))
                if (Read() is { } options) yield return options;
        }
        finally
        {
            foreach (var registration in registrations) registration.Dispose();
        }
    }

    /// <summary>Lets <see cref="WatchAsync"/> return the present options once more.</summary>
    public void Repeat() => _changes.Writer.TryWrite(true);

    private MaasOptions? Read()
    {
        try
        {
            return factory.Create(Options.DefaultName);
        }
        catch (Exception wrong) when (wrong is OptionsValidationException or InvalidOperationException)
        {
            LogWrong(wrong.Message);
            return null;
        }
    }

    [LoggerMessage(175, LogLevel.Error, "The configuration was changed and is not used, because it is wrong: {Reason}")]
    private partial void LogWrong(string reason);
}
