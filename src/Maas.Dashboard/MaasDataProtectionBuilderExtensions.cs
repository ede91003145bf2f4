using Maas.Core.Records;
using Maas.Dashboard.Keys;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Microsoft.AspNetCore.DataProtection;

/// <summary>Keeps the keys of ASP.NET Core's data protection in the store of a MAAS.</summary>
public static class MaasDataProtectionBuilderExtensions
{
    /// <summary>
    /// The tables of the keys, for <c>MaasCoreServices.Tables</c> of a <c>MaasCore</c> that is opened without <c>AddMaasCore</c>.
    /// </summary>
    public static IReadOnlyList<RecordTable> KeyTables { get; } = [CookieKey.Table];

    /// <summary>
    /// Keeps the keys in the store of the registered <c>MaasCore</c>: cookies and forms of one host are valid at all hosts of the store,
    /// and after a restart. Set one application name for all hosts. The keys are encrypted with a key that is derived from the one in
    /// <c>MaasCoreOptions.SecretKeyFile</c>, which no backup of the store contains; without that file no key is stored, and requests that
    /// need one fail.
    /// </summary>
    /// <param name="builder">The data protection of the host.</param>
    /// <example>
    /// <code>
    /// builder.Services.AddDataProtection().SetApplicationName("lab").PersistKeysToMaas();
    /// </code>
    /// </example>
    public static IDataProtectionBuilder PersistKeysToMaas(this IDataProtectionBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var services = builder.Services;
        if (services.Any(service => ReferenceEquals(service.ImplementationInstance, CookieKey.Table))) return builder;
        services.AddSingleton<RecordTable>(CookieKey.Table);
        services.AddSingleton<IConfigureOptions<KeyManagementOptions>>(static provider => new ConfigureOptions<KeyManagementOptions>(
            options =>
            {
                options.XmlRepository = new StoredKeyRepository(provider);
                options.XmlEncryptor = new StoredKeyEncryptor(provider);
            }));
        return builder;
    }
}
