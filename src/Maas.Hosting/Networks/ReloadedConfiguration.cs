using Microsoft.Extensions.Configuration;

namespace Maas.Hosting.Networks;

/// <summary>
/// The configuration that the options are read from. It is no <c>IOptionsChangeTokenSource</c>: with one, an <c>IOptionsMonitor</c> reads
/// the options within the reload, which then throws where they are wrong.
/// </summary>
internal sealed record ReloadedConfiguration(IConfiguration Configuration);
