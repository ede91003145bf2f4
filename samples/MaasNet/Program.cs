using MaasNet;

// The command line of MAAS. It speaks to any MAAS server over the API, and serve and demo run one in this process.
return await CommandTree.RunAsync(args);
