namespace Maas.Core.Configuration;

/// <summary>Where settings are kept.</summary>
internal interface ISettingStore
{
    Task<string?> GetAsync(string name, CancellationToken cancellationToken);

    Task SetAsync(string name, string json, CancellationToken cancellationToken);
}
