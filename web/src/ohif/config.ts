/** What OHIF is told: where the images are, and to leave out what nobody asked for. */

/** `root`: the address of DICOMweb, with its token. */
export function configOf(root: string): object {
  return {
    name: "filmless",
    routerBasename: "/ohif",
    extensions: [],
    modes: [],
    customizationService: {},
    showStudyList: false,
    showWarningMessageForCrossOrigin: false,
    showCPUFallbackMessage: false,
    showLoadingIndicator: true,
    showErrorDetails: "production",
    investigationalUseDialog: { option: "never" },
    strictZSpacingForVolumeViewport: true,
    maxNumberOfWebWorkers: Math.max(2, Math.min(4, navigator.hardwareConcurrency - 1)),
    // The worker merges what is asked for at the same time.
    maxNumRequests: { interaction: 100, thumbnail: 5, prefetch: 25 },
    defaultDataSourceName: "dicomweb",
    dataSources: [
      {
        namespace: "@ohif/extension-default.dataSourcesModule.dicomweb",
        sourceName: "dicomweb",
        configuration: {
          friendlyName: "DICOMweb",
          name: "dicomweb",
          qidoRoot: root,
          wadoRoot: root,
          wadoUriRoot: root,
          qidoSupportsIncludeField: true,
          imageRendering: "wadors",
          thumbnailRendering: "thumbnail",
          thumbnailRequestStrategy: "fetch",
          enableStudyLazyLoad: true,
          supportsFuzzyMatching: false,
          supportsWildcard: true,
          staticWado: true,
          singlepart: "bulkdata",
          bulkDataURI: { enabled: true, relativeResolution: "series" },
          omitQuotationForMultipartRequest: true,
        },
      },
    ],
  };
}
