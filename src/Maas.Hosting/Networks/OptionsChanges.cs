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
    /// <summary>Later options, until cancelled. Changes that follow each other quickly are one.</summary>
    public async IAsyncEnumerable<MaasOptions> WatchAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var changes = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
        List<IDisposable> registrations =
        [
            .. configurations.Select(each => (Func<IChangeToken>)each.Configuration.GetReloadToken)
                .Concat(sources.Select(each => (Func<IChangeToken>)each.GetChangeToken))
                .Select(token => ChangeToken.OnChange(token, () => { changes.Writer.TryWrite(true); })),
        ];
        try
        {
            await foreach (var _ in changes.Reader.ReadAllAsync(cancellationToken).ConfigureAwait(false))
                if (Read() is { } options) yield return options;
        }
        finally
        {
            foreach (var registration in registrations) registration.Dispose();
        }
    }

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
