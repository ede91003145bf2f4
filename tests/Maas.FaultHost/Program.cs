using Maas.FaultHost;

// A host of the fault tests: a process that can be killed. Its arguments are those of HostSettings.
await using var host = await Host.OpenAsync(new HostSettings(args));
await host.RunAsync();
