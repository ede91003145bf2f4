namespace Microsoft.Extensions.DependencyInjection;

/// <summary>
/// A MAAS that is being composed. Packages add their part by extension methods: <c>AddSqlite()</c>, <c>AddBoot()</c>, <c>AddApi()</c>.
/// </summary>
/// <example>
/// <code>
/// services.AddMaas(configuration.GetSection("Maas")).AddSqlite().AddBoot().AddPower().AddApi();
/// </code>
/// </example>
public interface IMaasBuilder
{
    /// <summary>The services of the host.</summary>
    IServiceCollection Services { get; }
}
