using Maas.Core;
using Maas.Core.Accounts;
using Maas.Core.Configuration;
using Maas.Core.Nodes;
using Maas.Core.Records;
using Maas.Install;
using Maas.Install.Recipes;
using Maas.Install.Templates;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds installers to a host with <c>AddMaasCore()</c>.</summary>
public static class InstallServiceCollectionExtensions
{
    /// <summary>
    /// Adds recipes: a machine that is deployed with the name of one, and of no image, boots its installer. Repeated calls add to the
    /// recipes. Registers <see cref="RecipeCatalog"/>, <see cref="TemplateLibrary"/> and <see cref="AnswerFileWriter"/>.
    /// </summary>
    /// <param name="services">The services of the host.</param>
    /// <param name="recipes">The recipes.</param>
    public static IServiceCollection AddMaasInstall(this IServiceCollection services, params IEnumerable<InstallRecipe> recipes)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(recipes);
        foreach (var recipe in recipes) services.AddSingleton(recipe);
        if (services.Any(service => service.ServiceType == typeof(AnswerFileWriter))) return services;
        services.TryAddSingleton(static provider => new RecipeCatalog(provider.GetServices<InstallRecipe>()));
        services.AddSingleton<IInstallRecipes>(static provider => provider.GetRequiredService<RecipeCatalog>());
        foreach (var table in TemplateLibrary.Tables) services.AddSingleton(table);
        services.AddSingleton(static provider => new TemplateLibrary(
            provider.GetRequiredService<IRecordStore>(), BuiltInTemplates.All, SampleMachine.ValuesFor,
            provider.GetRequiredService<MaasCore>().TimeProvider));
        services.AddSingleton(static provider => new AnswerFileWriter(
            provider.GetRequiredService<RecipeCatalog>(), provider.GetRequiredService<TemplateLibrary>(),
            provider.GetRequiredService<SshKeys>(), provider.GetRequiredService<MaasCore>().TimeProvider,
            provider.GetService<PackageProxies>(), provider.GetRequiredService<MaasCore>().NodeConfigs));
        services.AddSingleton<IAnswerFiles>(static provider => provider.GetRequiredService<AnswerFileWriter>());
        services.AddSingleton<IAnswerTemplates, AnswerTemplates>();
        return services;
    }
}
